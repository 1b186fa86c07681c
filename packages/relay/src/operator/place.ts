/** The operator's socket, in the relay's data folder. */
export const OPERATOR_SOCKET = 'operator.sock';
