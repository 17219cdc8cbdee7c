type Child = Node | string | null;

interface Attributes {
  readonly class?: string;
  readonly data?: Data;
  readonly on?: Listeners;
  readonly [attribute: string]: AttributeValue | Data | Listeners;
}

type AttributeValue = string | number | boolean | undefined;
type Data = Readonly<Record<string, string>>;
type Listeners = Readonly<Record<string, (event: Event) => void>>;

/**
 * Builds one element. Strings become text nodes, never markup, so nothing a message says can become an element.
 * `true` sets an empty attribute; `undefined` and `false` leave it out.
 */
export const element = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'object' || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  Object.assign(made.dataset, attributes.data);
  for (const [name, listener] of Object.entries(attributes.on ?? {})) made.addEventListener(name, listener);
  made.append(...children.filter((child) => child !== null));
  return made;
};

/** Makes the children of `parent` exactly `wanted`, moving only what is not in place: what stays keeps focus and playback. */
export const arrangeChildren = (parent: Element, wanted: readonly Element[]): void => {
  const kept = new Set<Element>(wanted);
  for (const child of Array.from(parent.children)) if (!kept.has(child)) child.remove();
  wanted.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
};

const SVG = 'http://www.w3.org/2000/svg';

const ICON_PATHS = {
  back: 'M15 5l-7 7 7 7',
  bell: 'M5 17h14M7 17v-6a5 5 0 0 1 10 0v6M10.5 20h3',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clip: 'M19 11.5l-7.4 7.4a4.6 4.6 0 0 1-6.5-6.5l7.8-7.8a3.1 3.1 0 0 1 4.4 4.4l-7.8 7.8a1.5 1.5 0 0 1-2.2-2.2l7-7',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  down: 'M6 9.5l6 6 6-6',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  edit: 'M4.5 19.5l1-4L16 5l3 3L8.5 18.500zM14 7l3 3',
  file: 'M7 3h7l4 4v14H7zM14 3v5h4',
  forward: 'M14 6l6 5.5-6 5.500M20 11.500h-9a7 7 0 0 0-7 6.5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  moon: 'M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500z',
  pause: 'M8 5v14M16 5v14',
  photo: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01',
  pin: 'M12 21s7-6.2 7-11.500a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 11.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  play: 'M8 5.500v13l10.5-6.500z',
  plus: 'M12 5v14M5 12h14',
  reply: 'M10 6l-6 5.5 6 5.500M4 11.500h9a7 7 0 0 1 7 6.5',
  send: 'M12 19V6M6 11.500L12 5.500l6 6',
  slash: 'M9 20L15 4',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.500v2M12 19.500v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M5.3 18.700l1.4-1.400M17.3 6.700l1.4-1.4',
  topic: 'M9 4L7 20M17 4l-2 16M4.5 9h16M3.5 15h16',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.500a7.5 7.5 0 0 1 15 0',
  users:
    'M9 11.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.500a6.5 6.5 0 0 1 13 0M16 4.800a3.5 3.5 0 0 1 0 6.400M18 14a6.5 6.5 0 0 1 3.5 5.5',
  voice: 'M12 14.500a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11.500a6 6 0 0 0 12 0M12 17.500v3',
} as const;

/** A name from the page's own set of line drawings. */
export type IconName = keyof typeof ICON_PATHS;

/** Draws an icon in the colour of the text around it; it is hidden from screen readers. */
export const icon = (name: IconName): SVGElement => {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('class', `icon icon-${name}`);
  drawing.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICON_PATHS[name]);
  drawing.append(path);
  return drawing;
};

/** A button that shows only an icon; `label` is what screen readers and the tooltip say. */
export const iconButton = (
  name: IconName,
  label: string,
  onClick: (event: Event) => void,
  attributes: Attributes = {},
): HTMLButtonElement =>
  element(
    'button',
    {
      type: 'button',
      'aria-label': label,
      title: label,
      ...attributes,
      class: `icon-button ${attributes.class ?? ''}`.trim(),
      on: { click: onClick },
    },
    icon(name),
  );
