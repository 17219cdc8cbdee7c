import { element, icon } from './element.ts';
import { playTime } from './show-time.ts';

/** What a player needs to know; a title makes it a music file, none a voice message. */
export interface Sound {
  readonly url: string;
  readonly title: string | null;
  readonly durationS: number;
}

/** Draws a player for a voice message or a music file. Starting one pauses every other on the page. */
export const soundPlayer = ({ url, title, durationS }: Sound): HTMLElement => {
  const audio = element('audio', { src: url, preload: 'none' });
  const time = element('span', { class: 'sound-time' }, playTime(durationS));
  const position = element('input', {
    type: 'range',
    class: 'sound-position',
    min: 0,
    max: 1000,
    value: 0,
    'aria-label': 'Position',
  });
  const button = element('button', { type: 'button', class: 'sound-play', 'aria-label': 'Play' }, icon('play'));
  const total = (): number => (Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : durationS);

  const showButton = (): void => {
    button.replaceChildren(icon(audio.paused ? 'play' : 'pause'));
    button.setAttribute('aria-label', audio.paused ? 'Play' : 'Pause');
  };
  const showPosition = (): void => {
    const share = total() > 0 ? audio.currentTime / total() : 0;
    position.value = String(Math.round(share * 1000));
    position.style.setProperty('--played', `${share * 100}%`);
    time.textContent = playTime(audio.currentTime > 0 ? audio.currentTime : total());
  };
  const start = (): void => {
    for (const other of document.querySelectorAll('audio')) if (other !== audio) other.pause();
    audio.play().catch(() => {
      // The browser refuses a file that is no sound: the player says so where its time stands.
      time.textContent = 'cannot be played';
    });
  };
  button.addEventListener('click', () => (audio.paused ? start() : audio.pause()));
  position.addEventListener('input', () => {
    audio.currentTime = (Number(position.value) / 1000) * total();
  });
  for (const type of ['play', 'pause', 'ended']) audio.addEventListener(type, showButton);
  for (const type of ['timeupdate', 'loadedmetadata']) audio.addEventListener(type, showPosition);

  const words = title === null ? null : element('span', { class: 'sound-title' }, title);
  return element(
    'div',
    { class: title === null ? 'sound voice' : 'sound', role: 'group', 'aria-label': title ?? 'Voice message' },
    button,
    element('div', { class: 'sound-body' }, words, position, time),
    audio,
  );
};
