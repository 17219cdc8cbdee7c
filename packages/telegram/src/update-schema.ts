import * as z from 'zod/mini';

// Telegram adds fields every few weeks and old ones change shape: a field that we use is checked, a wrong one counts as
// absent, and only what decides about identity and order (ids, date, chat type) makes a message unusable.
const id = z.int();
const optional = <T extends z.core.$ZodType>(schema: T) => z.catch(z.optional(schema), undefined);
const text = optional(z.string());

const userSchema = z.object({
  id: id.check(z.positive()),
  is_bot: z.catch(z.optional(z.boolean()), false),
  first_name: text,
  last_name: text,
});

const chatSchema = z.object({
  id: id.check(z.refine((value) => value !== 0)),
  type: z.enum(['private', 'group', 'supergroup', 'channel']),
  title: text,
  is_forum: optional(z.boolean()),
});

const entitySchema = z.object({
  type: z.string(),
  offset: z.int().check(z.nonnegative()),
  length: z.int().check(z.positive()),
  user: optional(z.object({ id })),
  url: text,
});

const size = optional(z.number());
const fileFields = {
  file_id: z.string(),
  file_unique_id: text,
  file_size: size,
  mime_type: text,
  file_name: text,
  duration: size,
};
const fileSchema = z.object(fileFields);
const photoSchema = z.object({ file_id: z.string(), file_unique_id: text, file_size: size });
const place = { latitude: z.number(), longitude: z.number() };

const originSchema = z.object({
  type: z.string(),
  sender_user: optional(userSchema),
  sender_user_name: text,
  sender_chat: optional(z.object({ title: text })),
  chat: optional(z.object({ title: text })),
});

const forwardFields = {
  forward_origin: optional(originSchema),
  forward_from: optional(userSchema),
  via_bot: optional(userSchema),
  forward_from_chat: optional(z.object({ title: text })),
  forward_sender_name: text,
};

const titled = optional(z.object({ title: text }));
const present = optional(z.object({}));

/** What a message says and holds, whether it is the message itself or one that it answers to. */
const contentFields = {
  text,
  caption: text,
  entities: optional(z.array(z.catch(z.nullable(entitySchema), null))),
  caption_entities: optional(z.array(z.catch(z.nullable(entitySchema), null))),
  photo: optional(z.array(photoSchema)),
  document: optional(fileSchema),
  voice: optional(fileSchema),
  audio: optional(z.object({ ...fileFields, title: text, performer: text })),
  video: optional(fileSchema),
  video_note: optional(fileSchema),
  animation: optional(fileSchema),
  sticker: optional(z.object({ ...fileFields, emoji: text })),
  location: optional(z.object(place)),
  venue: optional(z.object({ title: z.string(), address: text, location: z.object(place) })),
  contact: optional(z.object({ phone_number: z.string(), first_name: text, last_name: text })),
  game: titled,
  invoice: titled,
  paid_media: present,
  giveaway: present,
  giveaway_winners: present,
  rich_message: optional(z.object({ blocks: z.array(z.unknown()) })),
  poll: optional(z.object({ question: z.string(), options: z.array(z.object({ text: z.string() })) })),
  dice: optional(z.object({ emoji: z.string(), value: z.number() })),
  story: optional(z.object({ id })),
  live_photo: optional(z.object({ photo: optional(z.array(photoSchema)) })),
  checklist: optional(z.object({ title: z.string(), tasks: optional(z.array(z.object({ text: z.string() }))) })),
};
const contentSchema = z.object(contentFields);
export type TelegramContent = z.infer<typeof contentSchema>;

const repliedSchema = z.object({
  from: optional(userSchema),
  ...contentFields,
  ...forwardFields,
  forum_topic_created: optional(z.object({ name: text })),
});

/** One Telegram message, reduced to the fields that agent-claw uses. */
export const messageSchema = z.object({
  message_id: id,
  date: z.int().check(z.nonnegative()),
  chat: chatSchema,
  from: optional(userSchema),
  sender_chat: optional(z.object({ id })),
  message_thread_id: optional(id),
  is_topic_message: optional(z.boolean()),
  is_automatic_forward: optional(z.boolean()),
  media_group_id: text,
  ...contentFields,
  reply_to_message: optional(repliedSchema),
  external_reply: optional(z.object({ ...contentFields, origin: optional(originSchema) })),
  quote: optional(z.object({ text: z.string() })),
  ...forwardFields,
  business_connection_id: text,
  migrate_to_chat_id: optional(id),
  migrate_from_chat_id: optional(id),
});
export type TelegramMessage = z.infer<typeof messageSchema>;

/** A pressed button. The message under which it was is partly or wholly absent when Telegram does not show it any more. */
export const pressSchema = z.object({
  // An int64 as text. It goes back to Telegram in our answer, so nothing but a number gets through.
  id: optional(z.string().check(z.regex(/^-?\d{1,32}$/u))),
  from: userSchema,
  message: optional(
    z.object({
      message_id: id,
      date: z.int().check(z.nonnegative()),
      chat: chatSchema,
      message_thread_id: optional(id),
      is_topic_message: optional(z.boolean()),
    }),
  ),
  data: text,
});
export type TelegramPress = z.infer<typeof pressSchema>;

/** A person stopped the draft that the bot was writing. */
export const draftStopSchema = z.object({
  chat: chatSchema,
  message_thread_id: optional(id),
  draft_id: id,
});
export type TelegramDraftStop = z.infer<typeof draftStopSchema>;

const memberSchema = z.object({ status: z.string(), is_member: optional(z.boolean()) });

/** The bot itself came into a chat, left it, or has other rights there. */
export const membershipSchema = z.object({
  chat: chatSchema,
  from: userSchema,
  date: z.int().check(z.nonnegative()),
  old_chat_member: memberSchema,
  new_chat_member: memberSchema,
});
export type TelegramMembership = z.infer<typeof membershipSchema>;

/** An update as far as we look at it. The payloads are checked one by one, so that an odd one cannot spoil the rest. */
export const updateSchema = z.object({
  // int32 below 2e9 as Telegram documents it; anything else cannot be told apart from a repeat.
  update_id: z.int().check(z.positive(), z.lt(2 ** 31)),
  message: z.optional(z.unknown()),
  edited_message: z.optional(z.unknown()),
  callback_query: z.optional(z.unknown()),
  my_chat_member: z.optional(z.unknown()),
  stopped_message_generation: z.optional(z.unknown()),
});
