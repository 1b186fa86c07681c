/** Why there is no picture, and what to do, by the name of the error that the browser gave. */
export function cameraProblem(name: string): string {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The camera was not allowed. Allow it for this page in the browser’s settings, or type the code.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'There is no camera. Type the code.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The camera is used by another program, or does not start. Close that one, or type the code.';
    default:
      return 'The camera does not work here. Type the code.';
  }
}
