// Loaded with --import before aws-lambda-ric. It stands in for the client's native addon (rapid-client.node), whose build
// needs a C++ compiler, with the same three calls over the HTTP Runtime API. Plain JavaScript: types would be stripped at every cold start.
import { Agent, request } from 'node:http';
import Module from 'node:module';

const [host, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const call = (method, path, body, headers = {}) =>
  new Promise((resolve) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = request({ host, port, method, path, agent, headers: { ...headers, ...length } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ bodyJson: Buffer.concat(chunks).toString('utf8'), headers: response.headers }),
      );
      response.on('error', () => process.exit(1));
    });
    // The host is gone: an environment without a host has nothing to live for.
    sent.on('error', () => process.exit(1));
    sent.end(body);
  });

const invocation = '/2018-06-01/runtime/invocation';
const json = { 'content-type': 'application/json' };
// The native calls block until the answer is posted; here the next poll waits for it instead.
let posted = Promise.resolve();
const client = {
  next: async () => {
    await posted;
    return call('GET', `${invocation}/next`);
  },
  done: (id, body) => {
    posted = call('POST', `${invocation}/${id}/response`, body, json);
  },
  error: (id, body) => {
    posted = call('POST', `${invocation}/${id}/error`, body, json);
  },
};

const load = Module._load;
Module._load = function (name, ...rest) {
  return name === './rapid-client.node' ? client : load.call(this, name, ...rest);
};
