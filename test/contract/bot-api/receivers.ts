import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bot as GramioBot, webhookHandler } from 'gramio';
import { Bot as GrammyBot, webhookCallback } from 'grammy';
import { Bot as NodeBot, createWebhookServer } from 'node-telegram-bot-api/node';
import { Telegraf } from 'telegraf';

/** How a library receives updates at a webhook of its own. */
export interface Receiver {
  readonly name: string;
  /** What it answers to a wrong secret. */
  readonly refusesWith: string;
  serve(token: string, root: string, secret: string, onText: (text: string) => void): Server;
}

export const receivers: readonly Receiver[] = [
  {
    name: 'grammY',
    refusesWith: '401 Unauthorized',
    serve: (token, root, secretToken, onText) => {
      const bot = new GrammyBot(token, { client: { apiRoot: root } });
      bot.on('message:text', ({ message }) => onText(message.text));
      const handle = webhookCallback(bot, 'http', { secretToken });
      return createServer((request, response) => void handle(request, response));
    },
  },
  {
    name: 'Telegraf',
    refusesWith: '403 Forbidden',
    serve: (token, root, secretToken, onText) => {
      const bot = new Telegraf(token, { telegram: { apiRoot: root } });
      bot.on('text', async (context) => {
        onText(context.message.text);
        // The first such call goes out as the body of the webhook's answer.
        await context.sendChatAction('typing');
      });
      const handle = bot.webhookCallback('/', { secretToken });
      return createServer((request, response) => void handle(request, response));
    },
  },
  {
    name: 'node-telegram-bot-api',
    refusesWith: '401 Unauthorized',
    serve: (token, root, secretToken, onText) => {
      const bot = new NodeBot(token, { apiRoot: root });
      bot.on('message', ({ message }) => onText(message?.text ?? ''));
      return createWebhookServer(bot, { path: '/', secretToken });
    },
  },
  {
    name: 'gramio',
    refusesWith: '401 Unauthorized',
    serve: (token, root, secretToken, onText) => {
      const bot = new GramioBot(token, { api: { baseURL: `${root}/bot` } });
      bot.on('message', ({ text }) => onText(text ?? ''));
      const handle = webhookHandler(bot, 'http', secretToken);
      return createServer((request, response) => void handle(request, response));
    },
  },
];

/** Starts a server on a free port of this machine. */
export const listening = async (server: Server): Promise<{ readonly url: string } & AsyncDisposable> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
