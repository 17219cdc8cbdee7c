import { longAnswer } from './long-answer.ts';
import { lookAt } from './look-at.ts';
import { memoryAnswer, memoryLines } from './memory.ts';
import { nameOf } from './persona.ts';
import { when } from './skill.ts';
import type { Skill, SkillContext } from './skill.ts';

const about = `I'm the built-in demo model: no AI runs behind me, I follow a few fixed rules and need no key or network. Everything around me is the real thing: messages, memory, files and tools.`;

const help = `${about}

Try one of these:
- remember that my cat is called Misha
- what do you know about me?
- list files · read SOUL.md · write notes.md: hello · edit notes.md: replace hello with goodbye
- send me SOUL.md · send me a voice message saying hello · (with a photo) save this as photos/cat.jpg
- what did I just say? · my name is Ana · how many messages did I send?
- write 9000 characters with code and a table
- count to 30 slowly
- use several tools · take 10 slow steps
- tool read_file {"path": "MEMORY.md"}
- simulate a model error

To talk to a real model, start with --model bedrock:<id>, anthropic:<id> or openai:<id>@<base URL>.`;

const say = (text: string) => ({ answer: () => text });
const numbers = (last: number): string => Array.from({ length: last }, (_, index) => String(index + 1)).join(' ');

const toldName = (context: SkillContext): string | null => {
  const form = /\b(?:my name is|call me|i am called)\s+([\p{Lu}][\p{L}'-]*)/iu;
  const inChat = context.before.map((said) => form.exec(said.text)?.[1]).findLast((name) => name !== undefined);
  return (
    inChat ??
    form.exec(
      `${context.input.files['MEMORY.md'] ?? ''}\n${context.input.files['USER.md']?.replace(/<!--[\s\S]*?-->/gu, '') ?? ''}`,
    )?.[1] ??
    null
  );
};

const nameAnswer = (context: SkillContext): string => {
  const name = toldName(context);
  if (name !== null) return `Your name is ${name}.`;
  return context.said.from === ''
    ? "You haven't told me your name yet."
    : `You haven't told me, but your messages come from "${context.said.from}".`;
};

const lastSaid = ({ before }: SkillContext): string => {
  const last = before.at(-1);
  return last === undefined ? 'That was your first message in this conversation.' : `You just said: “${last.text}”`;
};

const known = (context: SkillContext): string => {
  const facts = memoryLines(context.input.files);
  const name = toldName(context);
  const lines = [...(name === null ? [] : [`Your name is ${name}`]), ...facts];
  return lines.length === 0
    ? 'Nothing yet. Tell me something with “remember that …” and I will write it into MEMORY.md.'
    : `This is what I know about you:\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
};

/** What the demo model can talk about without tools. The first skill that fits answers. */
export const talkSkills: readonly Skill[] = [
  when(/\bsimulate (?:a |an )?(?:model |rate )?(throttl|limit)/iu, () => ({
    answer: () => '',
    fail: 'throttled' as const,
  })),
  when(/\bsimulate (?:a |an )?(?:model )?(?:error|failure|crash)/iu, () => ({
    answer: () => '',
    fail: 'broken' as const,
  })),
  when(/\b(\d[\d,.]{2,6})[\s-]*(?:characters?|chars?|zeichen)\b([\s\S]*)/iu, ([, count = '', rest = '']) => {
    const chars = Math.min(60_000, Number(count.replace(/\D/gu, '')));
    return say(longAnswer(chars, { code: /\bcode\b/iu.test(rest), table: /\btable\b/iu.test(rest) }));
  }),
  when(/\bcount (?:up )?to (\d{1,3})\b([\s\S]*)/iu, ([, last = '', rest = '']) => ({
    answer: () => numbers(Number(last)),
    ...(/slow/iu.test(rest) ? { wordDelayMs: 500 } : {}),
  })),
  when(/\bslow(?:ly)?\b.*\bcount to (\d{1,3})/iu, ([, last = '']) => ({
    answer: () => numbers(Number(last)),
    wordDelayMs: 500,
  })),
  when(/^(?:\/?help|what can you do\??|commands)\s*[.!?]*$/iu, () => say(help)),
  when(
    /\b(?:who|what) are you\b|\bare you (?:a |an )?(?:real|ai|bot|human|demo)\b|\bintroduce yourself\b/iu,
    (_, context) => say(`I'm ${nameOf(context.input.files)}. ${about}`),
  ),
  when(/\bwhat did i (?:just )?(?:say|write|tell you)\b|\brepeat what i (?:just )?said\b/iu, (_, context) =>
    say(lastSaid(context)),
  ),
  when(/\bwhat (?:did you|have you) (?:over)?hear/iu, (_, { input }) =>
    say(
      input.overheard.length === 0
        ? 'I have overheard nothing.'
        : `I have overheard:\n\n${input.overheard.map((line) => `- ${line}`).join('\n')}`,
    ),
  ),
  when(/\bhow many messages\b/iu, (_, context) =>
    say(`You have sent ${context.before.length + 1} messages in this conversation that I can see, this one included.`),
  ),
  when(/\b(?:what(?:'s| is) my name|who am i)\b/iu, (_, context) => say(nameAnswer(context))),
  when(/\bwhat do you (?:know|remember)\b/iu, (_, context) => say(known(context))),
  when(/^(?:hi[,!. ]*|hello[,!. ]*)?(?:my name is|call me|i am called)\s+([\p{L}][\p{L}'-]*)/iu, ([, name = '']) =>
    say(`Nice to meet you, ${name}!`),
  ),
  when(/\bwhat(?:'s| is)? (?:the )?(?:time|day|date)\b|\bwhat (?:time|day) is it\b/iu, (_, context) =>
    say(`It is ${context.said.at}.`),
  ),
  when(/^(?:please\s+)?(?:say|echo|repeat(?: after me)?)[: ]\s*([\s\S]+)$/iu, ([, words = '']) =>
    say(words.trim().replace(/^["“']([\s\S]*)["”']$/u, '$1')),
  ),
  when(
    /^(?:hi|hello|hey|good (?:morning|afternoon|evening)|moin|hallo)\b[\s\p{P}]*(?:there)?[\s\p{P}]*$/iu,
    (_, context) => {
      const name = toldName(context) ?? context.said.from;
      return say(
        `Hello${name === '' ? '' : `, ${name}`}! ${nameOf(context.input.files)} here. How can I help?${context.input.isFirst ? ' (I am the built-in demo model; say “help” to see what I can do.)' : ''}`,
      );
    },
  ),
  when(/^(?:thanks?|thank you|danke|ok(?:ay)?|great|cool)\b[\s\p{P}]*\S{0,8}[\s\p{P}]*$/iu, () =>
    say("You're welcome!"),
  ),
  (context) => {
    const remembered = memoryAnswer(context.said.text, context.input.files);
    return remembered === null ? null : say(remembered);
  },
  (context) => {
    const heard = [
      ...(context.said.text === '' ? [] : [`“${context.said.text}”`]),
      ...context.said.attachments.map((file) => `[${lookAt(file, context.input.shown)}]`),
    ].join(' ');
    const honest = context.input.isFirst
      ? " I'm the built-in demo model and only know a few fixed tricks; say “help” to see them."
      : '';
    return say(`You said: ${heard === '' ? '(nothing)' : heard}.${honest}`);
  },
];
