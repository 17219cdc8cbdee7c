import { element, icon } from './element.ts';
import { entityHref, isBlock, richTree, type RichNode, type TextEntity } from './rich-text.ts';

/** What tapping inside a text does. */
export interface RichTextActions {
  readonly sendCommand: (command: string) => void;
  readonly mention: (name: string) => void;
  readonly copy: (text: string) => void;
}

/** Remembers which spoilers and long quotes are open, so that a live edit does not close them. */
export type OpenedMarks = Set<string>;

/** Draws formatted text. Content reaches the document only as text nodes; links only with safe schemes. */
export const richTextView = (
  text: string,
  entities: readonly TextEntity[],
  opened: OpenedMarks,
  actions: RichTextActions,
): readonly Node[] => drawAll(richTree(text, entities), { opened, actions });

interface Drawing {
  readonly opened: OpenedMarks;
  readonly actions: RichTextActions;
}

const drawAll = (nodes: readonly RichNode[], drawing: Drawing): Node[] => nodes.map((node) => draw(node, drawing));

const draw = (node: RichNode, drawing: Drawing): Node => {
  if (node.kind === 'text') return document.createTextNode(node.text);
  const { entity, text } = node;
  if (entity.type === 'pre') return codeBlock(entity, text, drawing.actions);
  const children = drawAll(node.children, drawing);
  if (isBlock(entity)) return quoteBlock(entity, children, drawing.opened);
  const { sendCommand, mention, copy } = drawing.actions;
  switch (entity.type) {
    case 'bold':
      return element('strong', {}, ...children);
    case 'italic':
      return element('em', {}, ...children);
    case 'underline':
      return element('u', {}, ...children);
    case 'strikethrough':
      return element('s', {}, ...children);
    case 'code':
      return element('code', { class: 'inline-code', title: 'Copy', on: { click: () => copy(text) } }, ...children);
    case 'spoiler':
      return spoiler(entity, children, drawing.opened);
    case 'bot_command':
      return textButton('command', () => sendCommand(text), children);
    case 'mention':
      return textButton('mention', () => mention(text), children);
    case 'text_mention':
      return element('span', { class: 'mention' }, ...children);
    case 'hashtag':
    case 'cashtag':
      return element('span', { class: 'tag' }, ...children);
    default:
      return linkOrPlain(entity, text, children);
  }
};

const linkOrPlain = (entity: TextEntity, text: string, children: readonly Node[]): Node => {
  const href = entityHref(entity, text);
  if (href === null) return element('span', {}, ...children);
  const title = entity.type === 'text_link' ? href : undefined;
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer', title }, ...children);
};

const textButton = (className: string, onClick: () => void, children: readonly Node[]): HTMLElement =>
  element('button', { type: 'button', class: `text-button ${className}`, on: { click: onClick } }, ...children);

const spoiler = (entity: TextEntity, children: readonly Node[], opened: OpenedMarks): HTMLElement => {
  const mark = `spoiler-${entity.offset}`;
  const view = element('span', { class: 'spoiler' }, element('span', { class: 'spoiler-content' }, ...children));
  const show = (): void => {
    opened.add(mark);
    view.classList.add('revealed');
    view.removeAttribute('role');
    view.removeAttribute('tabindex');
    view.removeAttribute('aria-label');
  };
  if (opened.has(mark)) {
    show();
    return view;
  }
  view.setAttribute('role', 'button');
  view.setAttribute('tabindex', '0');
  view.setAttribute('aria-label', 'Hidden text. Press to show.');
  view.addEventListener('click', (event) => {
    if (!opened.has(mark)) event.preventDefault();
    show();
  });
  view.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      show();
    }
  });
  return view;
};

const codeBlock = (entity: TextEntity, text: string, actions: RichTextActions): HTMLElement => {
  const language = entity.language ?? '';
  const label = element('span', {}, 'Copy');
  const button = element(
    'button',
    { type: 'button', class: 'code-copy', 'aria-label': 'Copy code' },
    icon('copy'),
    label,
  );
  button.addEventListener('click', () => {
    actions.copy(text);
    label.textContent = 'Copied';
  });
  return element(
    'div',
    { class: 'code-block' },
    element(
      'div',
      { class: 'code-head' },
      element('span', { class: 'code-language' }, language === '' ? 'code' : language),
      button,
    ),
    element(
      'pre',
      { tabindex: '0', dir: 'ltr', 'aria-label': language === '' ? 'Code' : `Code in ${language}` },
      element('code', {}, text),
    ),
  );
};

const quoteBlock = (entity: TextEntity, children: readonly Node[], opened: OpenedMarks): HTMLElement => {
  const quote = element('blockquote', { dir: 'auto' }, element('div', { class: 'quote-content' }, ...children));
  if (entity.type !== 'expandable_blockquote') return quote;
  const mark = `quote-${entity.offset}`;
  const toggle = element('button', { type: 'button', class: 'quote-toggle' }, icon('down'));
  const show = (open: boolean): void => {
    quote.classList.toggle('collapsed', !open);
    toggle.setAttribute('aria-expanded', String(open));
    toggle.setAttribute('aria-label', open ? 'Show less of the quote' : 'Show the whole quote');
  };
  toggle.addEventListener('click', () => {
    if (!opened.delete(mark)) opened.add(mark);
    show(opened.has(mark));
  });
  show(opened.has(mark));
  quote.classList.add('expandable');
  quote.append(toggle);
  return quote;
};
