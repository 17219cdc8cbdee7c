import { createChatHead } from './chat-head.ts';
import { createChatList } from './chat-list.ts';
import { createComposer } from './composer.ts';
import { element } from './element.ts';
import { openForwardMenu } from './forward-menu.ts';
import { createMessagesPane } from './messages-pane.ts';
import type { PageActions } from './page-actions.ts';
import { createPageSession } from './page-session.ts';
import { placeKey, type PageState } from './page-state.ts';
import { personOf, placeOfHash } from './page-address.ts';
import { createThemeToggle } from './theme-toggle.ts';
import { showAlert, showToast } from './toast.ts';

const nowMs = (): number => Date.now();

const session = createPageSession({
  render: (state) => render(state),
  tell: showToast,
  alert: showAlert,
  openLink: (url) => void window.open(url, '_blank', 'noopener'),
  isVisible: () => document.visibilityState === 'visible',
});

const actions: PageActions = {
  ...session.actions,
  open: (place) => {
    location.hash = placeKey(place);
  },
  close: () => {
    location.hash = '';
  },
  actAs: (personId) => {
    const address = new URL(location.href);
    address.searchParams.set('as', String(personId));
    history.replaceState(null, '', address);
    // Chats of one person may be closed to another: begin at the list.
    location.hash = '';
    void session.start(personId);
  },
  startReply: (message) => composer.startReply(message),
  startEdit: (message) => composer.startEdit(message),
  startForward: (messages, at) =>
    openForwardMenu(session.state(), at, (to) => {
      void session.actions.forward(messages, to).then((isDone) => isDone && actions.open(to));
    }),
  insert: (text) => composer.insert(text),
  copy: (text) => {
    navigator.clipboard.writeText(text).then(
      () => showToast('Copied'),
      () => showToast('The browser did not allow copying. Select the text and copy it by hand.'),
    );
  },
};

const chatList = createChatList(actions, createThemeToggle(document.documentElement, localStorage), nowMs);
const head = createChatHead(actions);
const messages = createMessagesPane(actions, nowMs);
const composer = createComposer(actions);
const banner = element('div', { class: 'connection', role: 'status', data: { testid: 'connection' } });
const nothingOpen = element('div', { class: 'nothing-open' }, element('span', {}, 'Select a chat to start messaging'));
const dropHint = element('div', { class: 'drop-hint' }, 'Drop files here to send them');
const chat = element('main', { class: 'chat' }, head.view, messages.view, composer.view, nothingOpen, dropHint);
const app = element('div', { class: 'app' }, chatList.view, chat);
document.body.append(banner, app);

const CONNECTION_WORDS = { connecting: 'Connecting…', live: '', lost: 'Connection lost. Trying again…' } as const;

const render = (state: PageState): void => {
  const place = state.chats.some(({ chatId }) => chatId === state.open?.chatId) ? state.open : null;
  const shown = { ...state, open: place };
  app.classList.toggle('chat-open', place !== null);
  banner.textContent = CONNECTION_WORDS[state.connection];
  banner.hidden = state.connection === 'live';
  const unread = state.chats.reduce((sum, each) => sum + each.unread, 0);
  document.title = unread > 0 ? `(${unread}) Chats` : 'Chats';
  chatList.render(shown);
  head.render(shown);
  messages.render(shown);
  composer.render(shown);
};

const showHash = (): void => session.show(placeOfHash(location.hash));
window.addEventListener('hashchange', showHash);
document.addEventListener('visibilitychange', session.markRead);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.defaultPrevented && document.querySelector('dialog[open], [popover]') === null)
    actions.close();
});

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
chat.addEventListener('dragover', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  chat.classList.add('dropping');
});
chat.addEventListener('dragleave', (event) => {
  if (!(event.relatedTarget instanceof Node) || !chat.contains(event.relatedTarget)) chat.classList.remove('dropping');
});
chat.addEventListener('drop', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  chat.classList.remove('dropping');
  composer.addFiles([...(event.dataTransfer?.files ?? [])]);
});

showHash();
void session.start(personOf(location.search));
