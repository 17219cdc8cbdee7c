import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { ACCOUNT_ID, REGION } from '../service.ts';
import type { FunctionHost } from '../lambda/function-host.ts';
import type { CreatedResource } from './intrinsics.ts';
import type { CustomResourceState, StackStateFile } from './stack-state.ts';

interface CloudFormationResponse {
  readonly Status?: string;
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, unknown>>;
  readonly NoEcho?: boolean;
}

/** Runs Lambda-backed custom resources with CloudFormation's own protocol. */
export interface CustomResources {
  /** Where the functions put their answers. */
  readonly responses: RequestListener;
  /** Create or Update when something changed; otherwise what was answered before. @throws with the Reason on FAILED. */
  apply(logicalId: string, type: string, properties: Record<string, unknown>): Promise<CreatedResource>;
  /** Delete for everything that is not in the template any more. A failure is logged, as CloudFormation goes on too. */
  removeAllBut(logicalIds: ReadonlySet<string>): Promise<void>;
}

/** What they need. */
export interface CustomResourceDeps {
  readonly stackName: string;
  readonly memory: StackStateFile;
  readonly findFunction: (functionArn: string) => FunctionHost | undefined;
  /** Base URL of `responses`. */
  readonly responseUrl: () => string;
  readonly log: (line: string) => void;
}

/** doc: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html */
export const createCustomResources = (deps: CustomResourceDeps): CustomResources => {
  const waiting = new Map<string, (response: CloudFormationResponse) => void>();
  const { state } = deps.memory;

  const send = async (request: Record<string, unknown>, serviceToken: string): Promise<CloudFormationResponse> => {
    const host = deps.findFunction(serviceToken);
    if (host === undefined) throw new Error(`its ServiceToken ${serviceToken} is no function of the template`);
    const id = randomUUID();
    const event = JSON.stringify({
      ...request,
      ServiceToken: serviceToken,
      ResponseURL: `${deps.responseUrl()}/${id}`,
      RequestId: id,
      StackId: `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${deps.stackName}/embedded`,
    });
    const answered = new Promise<CloudFormationResponse>((resolve) => waiting.set(id, resolve));
    try {
      const result = await host.invoke(event);
      // CloudFormation waits for an hour; here a function that ended without an answer will not give one.
      const silent = result.kind === 'answered' ? 'it ended without an answer to ResponseURL' : result;
      if (!waiting.has(id)) return await answered;
      throw new Error(typeof silent === 'string' ? silent : `${host.spec.name} failed: ${payloadOf(silent)}`);
    } finally {
      waiting.delete(id);
    }
  };
  const request = async (
    kind: 'Create' | 'Update' | 'Delete',
    logicalId: string,
    next: Pick<CustomResourceState, 'type' | 'serviceToken' | 'properties'>,
    before?: CustomResourceState,
  ): Promise<CloudFormationResponse> => {
    const response = await send(
      {
        RequestType: kind,
        ResourceType: next.type,
        LogicalResourceId: logicalId,
        ResourceProperties: { ServiceToken: next.serviceToken, ...texts(next.properties) },
        ...(before === undefined ? {} : { PhysicalResourceId: before.physicalId }),
        ...(kind === 'Update' && before !== undefined ? { OldResourceProperties: texts(before.properties) } : {}),
      },
      next.serviceToken,
    );
    if (response.Status !== 'SUCCESS') throw new Error(response.Reason ?? `it answered Status ${response.Status}`);
    return response;
  };
  const remove = async (logicalId: string, old: CustomResourceState): Promise<void> => {
    try {
      await request('Delete', logicalId, old, old);
    } catch (error) {
      deps.log(`Delete of ${logicalId} (${old.physicalId}) failed: ${(error as Error).message}.`);
    }
  };

  return {
    responses(incoming, outgoing) {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const id = incoming.url?.split('/').at(-1) ?? '';
        const resolve = waiting.get(id);
        waiting.delete(id);
        outgoing.writeHead(resolve === undefined ? 403 : 200).end();
        resolve?.(parseResponse(Buffer.concat(chunks).toString('utf8')));
      });
    },
    async apply(logicalId, type, all) {
      const { ServiceToken, ServiceTimeout: _timeout, ...properties } = all;
      const next = { type, serviceToken: String(ServiceToken), properties };
      const before = state.customResources[logicalId];
      const unchanged =
        before !== undefined &&
        before.serviceToken === next.serviceToken &&
        isDeepStrictEqual(before.properties, JSON.parse(JSON.stringify(properties)));
      if (unchanged) return { ref: before.physicalId, attributes: before.data };
      const kind = before === undefined ? 'Create' : 'Update';
      const response = await request(kind, logicalId, next, before).catch((error: unknown) => {
        throw new Error(`${kind} of custom resource ${logicalId} (${type}) failed: ${(error as Error).message}`, {
          cause: error,
        });
      });
      const physicalId = response.PhysicalResourceId ?? before?.physicalId ?? logicalId;
      state.customResources[logicalId] = { ...next, physicalId, data: response.Data ?? {} };
      deps.memory.save();
      if (before !== undefined && before.physicalId !== physicalId) await remove(logicalId, before);
      return { ref: physicalId, attributes: response.Data ?? {} };
    },
    async removeAllBut(logicalIds) {
      for (const [logicalId, old] of Object.entries(state.customResources)) {
        if (logicalIds.has(logicalId)) continue;
        await remove(logicalId, old);
        delete state.customResources[logicalId];
        deps.memory.save();
      }
    },
  };
};

const payloadOf = (result: { kind: string; payload?: string }): string => result.payload ?? result.kind;

const parseResponse = (text: string): CloudFormationResponse => {
  try {
    return JSON.parse(text) as CloudFormationResponse;
  } catch {
    return { Status: 'FAILED', Reason: `its answer is not JSON: ${text.slice(0, 200)}` };
  }
};

/** CloudFormation hands every scalar over as text. */
const texts = (value: unknown): Record<string, unknown> => toText(value) as Record<string, unknown>;

const toText = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(toText);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toText(item)]));
  }
  return String(value);
};
