import { describe, expect, it } from 'vitest';
import { shortenedLimits } from './shortened-limits.ts';

describe('shortened limits', () => {
  it('are none on any other day', () => {
    expect(shortenedLimits({ PATH: '/bin', AGENT_CLAW_LEASE_MS: '' })).toEqual({ environment: {} });
  });

  it('reach the functions under their own names, and the platform where it has a half of them', () => {
    const environment = {
      AGENT_CLAW_LEG_LIMIT_MS: '4000',
      AGENT_CLAW_WAKE_HIDDEN_S: '12',
      AGENT_CLAW_LEASE_MS: '8000',
      AGENT_CLAW_SESSION_LIFE_MS: '50000',
      AGENT_CLAW_RUNTIME_EPOCH: 'after',
      AGENT_CLAW_PORT: '3000',
    };
    expect(shortenedLimits(environment)).toEqual({
      environment: {
        LEG_LIMIT_MS: '4000',
        WAKE_HIDDEN_S: '12',
        LEASE_MS: '8000',
        SESSION_LIFE_MS: '50000',
        RUNTIME_EPOCH: 'after',
      },
      sessionLifeMs: 50_000,
    });
  });

  it.each([
    ['AGENT_CLAW_SESSION_LIFE_MS', '8h'],
    ['AGENT_CLAW_RUNTIME_EPOCH', 'a-b'],
  ])('are refused when %s is "%s"', (name, value) => {
    expect(() => shortenedLimits({ [name]: value })).toThrow(`${name} is "${value}"`);
  });
});
