import { loadPeer } from '../peer.ts';
import { callWith, LAST_MINUTE, type SubjectKind, started } from './subject.ts';

interface CredentialProviderNode {
  defaultProvider(): (options?: { forceRefresh: boolean }) => Promise<{ readonly sessionToken?: string }>;
}

/** The SDK's default credentials, whose cache is `memoizeChain`, from a container's credentials endpoint. */
export const awsDefault: SubjectKind = {
  name: 'aws-default',
  label: 'AWS defaultProvider (memoizeChain)',
  package: '@aws-sdk/credential-provider-node',
  due: LAST_MINUTE,
  async make({ url, start }) {
    const { defaultProvider } = await loadPeer<CredentialProviderNode>('@aws-sdk/credential-provider-node');
    process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = `${url}/token`;
    const provider = defaultProvider();
    const token = async (options?: { forceRefresh: boolean }): Promise<string> => {
      const { sessionToken } = await provider(options);
      if (sessionToken === undefined) throw new Error('no token');
      return sessionToken;
    };
    const acquire = (): Promise<string> => token();
    return started({ acquire, call: callWith(acquire, () => token({ forceRefresh: true })) }, start);
  },
};
