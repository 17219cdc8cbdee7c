import type { MediaView, MessageView } from '../double-api.ts';
import { element, icon, iconButton } from './element.ts';
import { openPhoto } from './photo-viewer.ts';
import { fileSize } from './show-time.ts';
import { soundPlayer } from './sound-player.ts';

/** Draws the picture, file or sound of one message. */
export const mediaView = (media: MediaView): HTMLElement => {
  const name = media.fileName ?? media.kind;
  switch (media.kind) {
    case 'photo':
      return photo(media);
    case 'sticker':
      return element('img', { class: 'sticker', src: media.url, alt: 'Sticker', width: 160 });
    case 'video':
      return element('video', {
        class: 'video',
        src: media.url,
        controls: true,
        preload: 'metadata',
        'aria-label': `Video ${name}`,
      });
    case 'animation':
      return media.mimeType.startsWith('image/')
        ? element('img', { class: 'video', src: media.url, alt: `Animation ${name}` })
        : element('video', {
            class: 'video',
            src: media.url,
            loop: true,
            controls: true,
            'aria-label': `Animation ${name}`,
          });
    case 'voice':
      return soundPlayer({ url: media.url, title: null, durationS: media.durationS ?? 0 });
    case 'audio':
      return soundPlayer({ url: media.url, title: name, durationS: media.durationS ?? 0 });
    case 'document':
      return documentCard(media, name);
  }
};

/** Draws an album as a grid: pairs side by side, an odd first one across the whole width. */
export const albumView = (messages: readonly MessageView[]): HTMLElement => {
  const pictures = messages.flatMap(({ media, messageId }) => (media === undefined ? [] : [{ media, messageId }]));
  const asGrid = pictures.every(({ media }) => media.kind === 'photo' || media.kind === 'video');
  return element(
    'div',
    { class: asGrid ? `album album-${pictures.length % 2 === 0 ? 'even' : 'odd'}` : 'album-list' },
    ...pictures.map(({ media, messageId }) =>
      element(
        'div',
        { class: 'album-item', data: { testid: 'album-item', messageId: String(messageId) } },
        mediaView(media),
      ),
    ),
  );
};

/** Draws a place as a small map of our own; the link opens a map on the web. */
export const locationView = ({ latitude, longitude }: { latitude: number; longitude: number }): HTMLElement => {
  const words = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=15/${latitude}/${longitude}`;
  return element(
    'a',
    { class: 'location', href, target: '_blank', rel: 'noopener noreferrer', 'aria-label': `Location ${words}` },
    element('span', { class: 'location-map' }, icon('pin')),
    element('span', { class: 'location-words' }, words),
  );
};

const photo = (media: MediaView): HTMLElement => {
  const picture = element('img', {
    src: media.url,
    alt: 'Photo',
    width: media.width,
    height: media.height,
    decoding: 'async',
  });
  return element(
    'button',
    { type: 'button', class: 'photo', 'aria-label': 'Open photo', on: { click: () => openPhoto(media.url) } },
    picture,
  );
};

const documentCard = (media: MediaView, name: string): HTMLElement => {
  const extension = /\.([a-z\d]{1,5})$/iu.exec(name)?.[1] ?? '';
  return element(
    'a',
    { class: 'document', href: `${media.url}?download=1`, download: name, 'aria-label': `Download ${name}` },
    element(
      'span',
      { class: 'document-icon' },
      icon('download'),
      extension === '' ? null : element('span', {}, extension),
    ),
    element(
      'span',
      { class: 'document-words' },
      element('span', { class: 'document-name' }, name),
      element('span', { class: 'document-size' }, fileSize(media.size)),
    ),
  );
};

/** A row of chosen files above the composer, each with a button that takes it out. */
export const chosenFileView = (file: File, onRemove: () => void): HTMLElement => {
  const isPicture = file.type.startsWith('image/');
  const url = isPicture ? URL.createObjectURL(file) : null;
  const picture =
    url === null ? element('span', { class: 'chosen-icon' }, icon('file')) : element('img', { src: url, alt: '' });
  picture.addEventListener('load', () => url !== null && URL.revokeObjectURL(url));
  return element(
    'div',
    { class: 'chosen-file' },
    picture,
    element('span', { class: 'chosen-name', title: file.name }, file.name),
    iconButton('close', `Remove ${file.name}`, onRemove),
  );
};
