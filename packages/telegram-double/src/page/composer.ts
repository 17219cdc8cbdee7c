import type { MessageView } from '../double-api.ts';
import { messageSummary } from './chat-list.ts';
import { createCommandMenu } from './command-menu.ts';
import type { FileMode } from './double-client.ts';
import { element, icon, iconButton } from './element.ts';
import { chosenFileView } from './media-view.ts';
import { openMenu } from './message-menu.ts';
import type { PageActions } from './page-actions.ts';
import { placeKey, type PageState, type Place } from './page-state.ts';

type Intent = { readonly kind: 'new' } | { readonly kind: 'reply' | 'edit'; readonly message: MessageView };

/** Where messages are written: text, files, reply and edit, the command menu and a bot's reply keyboard. */
export const createComposer = (actions: PageActions) => {
  const input = element('textarea', {
    class: 'composer-input',
    rows: 1,
    dir: 'auto',
    placeholder: 'Message',
    'aria-label': 'Message',
    enterkeyhint: 'send',
    data: { testid: 'composer' },
  });
  const grow = element('div', { class: 'composer-grow' }, input);
  const picker = element('input', { type: 'file', multiple: true, hidden: true, data: { testid: 'file-input' } });
  const context = element('div', { class: 'composer-context', hidden: true });
  const chosen = element('div', { class: 'chosen-files', hidden: true });
  const replyKeys = element('div', { class: 'reply-keys', hidden: true });
  const send = iconButton('send', 'Send', () => submit(), { class: 'send', data: { testid: 'send' } });
  const now: {
    place: Place | null;
    intent: Intent;
    files: readonly File[];
    mode: FileMode;
    sending: boolean;
    lastOwn: MessageView | null;
    keys: readonly (readonly string[])[] | null;
  } = {
    place: null,
    intent: { kind: 'new' },
    files: [],
    mode: 'media',
    sending: false,
    lastOwn: null,
    keys: null,
  };
  const unsent = new Map<string, string>();

  const resize = (): void => {
    // An invisible copy of the text gives the line its height: measuring the input itself would move the messages.
    grow.dataset['text'] = `${input.value}\u200b`;
    view.classList.toggle('ready', input.value.trim() !== '' || now.files.length > 0);
  };
  const write = (text: string): void => {
    input.value = text;
    resize();
    input.focus();
  };
  const commandMenu = createCommandMenu(actions.commands, (command) => {
    write('');
    void actions.send(`/${command}`, null);
  });

  const setIntent = (intent: Intent): void => {
    const wasEdit = now.intent.kind === 'edit';
    now.intent = intent;
    context.hidden = intent.kind === 'new';
    if (intent.kind === 'new') {
      if (wasEdit) write('');
      return;
    }
    const title = intent.kind === 'edit' ? 'Edit message' : `Reply to ${intent.message.from.name}`;
    context.replaceChildren(
      icon(intent.kind === 'edit' ? 'edit' : 'reply'),
      element(
        'div',
        { class: 'context-words' },
        element('strong', { dir: 'auto' }, title),
        element('span', { dir: 'auto' }, messageSummary(intent.message)),
      ),
      iconButton('close', 'Cancel', () => setIntent({ kind: 'new' })),
    );
    if (intent.kind === 'edit') write(intent.message.text);
    input.focus();
  };
  const setFiles = (files: readonly File[]): void => {
    now.files = files;
    chosen.hidden = files.length === 0;
    chosen.replaceChildren(
      ...files.map((file) => chosenFileView(file, () => setFiles(now.files.filter((other) => other !== file)))),
    );
    resize();
  };
  const addFiles = (files: readonly File[], mode: FileMode): void => {
    if (files.length === 0) return;
    now.mode = mode;
    setFiles([...now.files, ...files]);
    input.focus();
  };

  const submit = (): void => {
    const text = input.value.trim();
    const { intent, files } = now;
    if (now.sending || now.place === null || (text === '' && files.length === 0)) return;
    const replyTo = intent.kind === 'reply' ? intent.message : null;
    if (intent.kind === 'edit') {
      actions.saveEdit(intent.message, text);
      setIntent({ kind: 'new' });
      return;
    }
    if (files.length > 0) {
      sendFiles(files, text, replyTo);
      return;
    }
    const { place } = now;
    void actions.send(text, replyTo).then((sent) => {
      if (!sent && now.place === place && input.value === '') write(text);
    });
    write('');
    // Opened by what was typed; left open it would cover the answer's buttons.
    commandMenu.show(null, '');
    setIntent({ kind: 'new' });
  };
  const sendFiles = (files: readonly File[], text: string, replyTo: MessageView | null): void => {
    now.sending = true;
    view.classList.add('sending');
    void actions.sendFiles(files, now.mode, text, replyTo).then((sent) => {
      now.sending = false;
      view.classList.remove('sending');
      if (!sent) return;
      write('');
      setFiles([]);
      setIntent({ kind: 'new' });
    });
  };

  const choose = (accept: string, mode: FileMode): void => {
    picker.accept = accept;
    picker.dataset['mode'] = mode;
    picker.click();
  };
  picker.addEventListener('change', () => {
    const mode = (['document', 'voice'] as const).find((each) => each === picker.dataset['mode']) ?? 'media';
    addFiles([...(picker.files ?? [])], mode);
    picker.value = '';
  });
  input.addEventListener('input', () => {
    resize();
    commandMenu.show(now.place, input.value);
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing || commandMenu.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape' && now.intent.kind !== 'new') {
      event.stopPropagation();
      setIntent({ kind: 'new' });
    } else if (event.key === 'ArrowUp' && input.value === '' && now.lastOwn !== null && now.lastOwn.text !== '') {
      event.preventDefault();
      setIntent({ kind: 'edit', message: now.lastOwn });
    }
  });
  input.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) {
      event.preventDefault();
      addFiles(files, 'media');
    }
  });

  const attach = iconButton(
    'clip',
    'Attach',
    (event) =>
      openMenu(
        [
          { icon: 'photo', label: 'Photo or video', act: () => choose('image/*,video/*', 'media') },
          { icon: 'file', label: 'File', act: () => choose('', 'document') },
          { icon: 'voice', label: 'Voice message from a file', act: () => choose('audio/*', 'voice') },
        ],
        event,
      ),
    { data: { testid: 'attach' } },
  );
  const slash = iconButton('slash', 'Commands', () => {
    write('/');
    commandMenu.show(now.place, '/');
  });
  const view = element(
    'footer',
    { class: 'composer' },
    commandMenu.view,
    element(
      'div',
      { class: 'composer-card' },
      context,
      chosen,
      element('div', { class: 'composer-line' }, attach, grow, slash, picker),
    ),
    send,
    replyKeys,
  );

  const render = (state: PageState): void => {
    const key = state.open === null ? '' : `${state.me?.id ?? 0}:${placeKey(state.open)}`;
    const conversation = state.open === null ? undefined : state.conversations[placeKey(state.open)];
    const before = view.dataset['place'] ?? '';
    if (key !== before) {
      unsent.set(before, now.intent.kind === 'edit' ? '' : input.value);
      setIntent({ kind: 'new' });
      setFiles([]);
      view.dataset['place'] = key;
      now.place = state.open;
      input.value = unsent.get(key) ?? '';
      resize();
      commandMenu.show(null, '');
      if (state.open !== null && matchMedia('(min-width: 761px)').matches) input.focus();
    }
    const blocked = state.chats.find(({ chatId }) => chatId === state.open?.chatId)?.blocked === true;
    input.placeholder = blocked ? 'Blocked. A message unblocks the bot' : 'Message';
    now.lastOwn =
      conversation?.messages.findLast(
        ({ from, service, forwardedFrom }) => from.id === state.me?.id && (service ?? forwardedFrom) === undefined,
      ) ?? null;
    const keys = conversation?.messages.findLast((message) => message.from.isBot)?.replyKeyboard ?? null;
    if (keys === now.keys) return;
    now.keys = keys;
    replyKeys.hidden = keys === null;
    replyKeys.replaceChildren(
      ...(keys ?? []).map((row) =>
        element('div', { class: 'keyboard-row' }, ...row.map((text) => replyKey(text, actions))),
      ),
    );
  };

  return {
    view,
    render,
    addFiles: (files: readonly File[]): void => addFiles(files, 'media'),
    startReply: (message: MessageView): void => setIntent({ kind: 'reply', message }),
    startEdit: (message: MessageView): void => setIntent({ kind: 'edit', message }),
    insert: (text: string): void => write(`${input.value}${text}`),
  };
};

const replyKey = (text: string, actions: PageActions): HTMLElement =>
  element(
    'button',
    { type: 'button', class: 'key key-plain', on: { click: () => void actions.send(text, null) } },
    text,
  );
