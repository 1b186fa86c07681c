import { codeInFragment } from '../device/page-code.ts';

/** What a QR says: a code that may be tried here, or why it is none. */
export type Scanned = { readonly code: string } | { readonly problem: string };

/**
 * A QR of `holdfast up` is the page's address with the code in its fragment.
 *
 * @param origin of this page
 */
export function readScanned(text: string, origin: string): Scanned {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return codeInFragment(text) === null ? { problem: 'This QR code is not one of Holdfast.' } : { code: text };
  }
  const code = codeInFragment(url.hash);
  if (code === null) return { problem: 'This QR code is an address without a pairing code.' };
  if (url.origin === origin) return { code };
  return {
    problem: `This QR code is for another relay, ${url.origin}. This page can only pair with machines of ${origin}: open that address instead.`,
  };
}
