import { loadPeer } from '../peer.ts';
import { LAST_MINUTE, type SubjectKind, started } from './subject.ts';
import { fetchToken } from './token-request.ts';

interface AccessToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
}

type GetAccessToken = (scopes: string[], options: object) => Promise<AccessToken | null>;

interface PipelineRequest {
  readonly url: string;
  readonly headers: { get(name: string): string | undefined; set(name: string, value: string): void };
}

interface PipelineResponse {
  readonly request: PipelineRequest;
  readonly status: number;
  readonly headers: object;
}

interface CorePolicy {
  sendRequest(
    request: PipelineRequest,
    next: (request: PipelineRequest) => Promise<PipelineResponse>,
  ): Promise<PipelineResponse>;
}

interface CoreRestPipeline {
  bearerTokenAuthenticationPolicy(options: {
    credential: { getToken(): Promise<AccessToken> };
    scopes: string;
    challengeCallbacks?: {
      authorizeRequest(options: { getAccessToken: GetAccessToken }): Promise<void>;
    };
  }): CorePolicy;
  createPipelineRequest(options: { url: string }): PipelineRequest;
  createHttpHeaders(headers: Record<string, string>): object;
}

const SCOPE = 'https://api.example/.default';

/** The token cycler: it is not exported, but the policy hands it to whoever authorizes a request. */
export async function azureCycler(getToken: () => Promise<AccessToken>): Promise<GetAccessToken> {
  const core = await loadPeer<CoreRestPipeline>('@azure/core-rest-pipeline');
  let cycler: GetAccessToken | undefined;
  const policy = core.bearerTokenAuthenticationPolicy({
    credential: { getToken },
    scopes: SCOPE,
    challengeCallbacks: {
      async authorizeRequest({ getAccessToken }) {
        cycler = getAccessToken;
      },
    },
  });
  const request = core.createPipelineRequest({ url: 'https://api.example/' });
  await policy.sendRequest(request, async () => ({ request, status: 204, headers: core.createHttpHeaders({}) }));
  if (cycler === undefined) throw new Error('the policy did not hand out its token cycler');
  return cycler;
}

export const azure: SubjectKind = {
  name: 'azure',
  label: 'Azure core-rest-pipeline',
  package: '@azure/core-rest-pipeline',
  due: LAST_MINUTE,
  async make({ url, start }) {
    const core = await loadPeer<CoreRestPipeline>('@azure/core-rest-pipeline');
    const getToken = async (): Promise<AccessToken> => {
      const { token, expiration } = await fetchToken(url);
      return { token, expiresOnTimestamp: expiration.getTime() };
    };
    // For calls the policy as it is, with what it does by itself after a 401 with a claims challenge.
    const policy = core.bearerTokenAuthenticationPolicy({ credential: { getToken }, scopes: SCOPE });
    const send = (next: (request: PipelineRequest) => Promise<PipelineResponse>): Promise<PipelineResponse> =>
      // The policy insists on https; the request itself goes to the bench's authority.
      policy.sendRequest(core.createPipelineRequest({ url: 'https://api.example/' }), next);
    const call = async (api: string): Promise<number> => {
      const response = await send(async (request) => {
        const answer = await fetch(api, { headers: { authorization: request.headers.get('authorization') ?? '' } });
        await answer.arrayBuffer();
        const headers = core.createHttpHeaders(Object.fromEntries(answer.headers));
        return { request, status: answer.status, headers };
      });
      return response.status;
    };
    const acquire = async (): Promise<string> => {
      let authorization = '';
      await send(async (request) => {
        authorization = request.headers.get('authorization') ?? '';
        return { request, status: 204, headers: core.createHttpHeaders({}) };
      });
      return authorization.replace('Bearer ', '');
    };
    return started({ acquire, call }, start);
  },
};
