const MINUTES_A_DAY = 24 * 60;

/** True for a name that the runtime's calendar knows. */
export const isTimeZone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en-GB', { timeZone: name }));
  } catch {
    // The constructor's error is the only way to ask.
    return false;
  }
};

/**
 * Whether proactive checks may run at this moment by the owner's clock. Start included, end excluded, `24:00` allowed;
 * an end before the start goes over midnight; start = end never runs; a text of another form, or none, never limits.
 */
export const isWithinActiveHours = (activeHours: string, timeZone: string, nowMs: number): boolean => {
  const window = windowOf(activeHours);
  if (window === null) return true;
  const minute = minuteOfDay(timeZone, nowMs);
  return window.start <= window.end
    ? minute >= window.start && minute < window.end
    : minute >= window.start || minute < window.end;
};

const windowOf = (text: string): { readonly start: number; readonly end: number } | null => {
  const match = /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/u.exec(text);
  if (match === null) return null;
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = match.slice(1).map(Number);
  const start = startHour * 60 + startMinute;
  const end = endHour * 60 + endMinute;
  return startMinute > 59 || endMinute > 59 || start >= MINUTES_A_DAY || end > MINUTES_A_DAY ? null : { start, end };
};

const minuteOfDay = (timeZone: string, nowMs: number): number => {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour = 0, minute = 0] = parts.format(nowMs).split(':').map(Number);
  return hour * 60 + minute;
};
