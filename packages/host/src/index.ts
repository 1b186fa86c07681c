export type { HostStatus } from '@holdfast/wire';
export type { Agent, AgentAddress, AgentCommand, AgentSource } from './agent/agent.ts';
export { nameOfAddress, parseAgentAddress } from './agent/agent-address.ts';
export { startAgent } from './agent/start-agent.ts';
export { ControlSocket } from './control/control-socket.ts';
export { methodNames } from './control/methods.ts';
export { CONTROL_SOCKET } from './control/place.ts';
export {
  type AccountCredentials,
  type CredentialSource,
  environmentCredentials,
  fileCredentials,
  fixedCredentials,
} from './credentials.ts';
export { Host, type HostOptions } from './host.ts';
export { RelayRequestError, requestJson } from './relay-request.ts';
