const pad = (value: number): string => String(value).padStart(2, '0');

/** Hours and minutes in the reader's time zone, 24 hours. */
export const clockTime = (epochS: number): string => {
  const date = new Date(epochS * 1000);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
};

/** A name for the day in the reader's time zone, equal for moments of the same day. */
export const dayKey = (epochS: number): string => {
  const date = new Date(epochS * 1000);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
};

/** `Today`, `Yesterday`, `14 March`, or with the year when it is not this one. */
export const dayTitle = (epochS: number, nowMs: number): string => {
  const day = dayKey(epochS);
  if (day === dayKey(nowMs / 1000)) return 'Today';
  const yesterday = new Date(nowMs);
  yesterday.setDate(yesterday.getDate() - 1);
  if (day === dayKey(yesterday.getTime() / 1000)) return 'Yesterday';
  const date = new Date(epochS * 1000);
  const sameYear = date.getFullYear() === new Date(nowMs).getFullYear();
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) });
};

/** The time for a chat list: the clock today, else the short day. */
export const listTime = (epochS: number, nowMs: number): string =>
  dayKey(epochS) === dayKey(nowMs / 1000)
    ? clockTime(epochS)
    : new Date(epochS * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });

/** `1:05` for 65 seconds. */
export const playTime = (seconds: number): string => {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${pad(whole % 60)}`;
};

const SIZE_UNITS = ['B', 'KB', 'MB', 'GB'] as const;

/** A file size with at most one decimal: `1.5 MB`. */
export const fileSize = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(SIZE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : Number(value.toFixed(1))} ${SIZE_UNITS[power] ?? 'B'}`;
};
