/** The text of the QR code in a picture; null where there is none. */
export type ReadQr = (video: HTMLVideoElement) => Promise<string | null>;

interface BarcodeDetectorLike {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
interface BarcodeDetectorClass {
  new (options: { formats: string[] }): BarcodeDetectorLike;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** A picture is made this small before it is looked at: a code that fills a third of it still has several pixels a module. */
const MOST_SIDE_PX = 720;

/** The browser's own reader where it has one, else one that is loaded now. @throws when that cannot be loaded */
export async function openQrReader(): Promise<ReadQr> {
  return (await nativeReader()) ?? (await loadedReader());
}

async function nativeReader(): Promise<ReadQr | null> {
  const { BarcodeDetector }: { BarcodeDetector?: BarcodeDetectorClass } = globalThis as object; // not in every browser
  if (BarcodeDetector === undefined) return null;
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes('qr_code')) return null;
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  } catch {
    return null; // it is there, but what it would need is not
  }
}

async function loadedReader(): Promise<ReadQr> {
  const { default: decodeQr } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, MOST_SIDE_PX / Math.max(video.videoWidth, video.videoHeight, 1));
    const width = Math.round(video.videoWidth * scale);
    const height = Math.round(video.videoHeight * scale);
    if (context === null || width === 0 || height === 0) return null;
    canvas.width = width;
    canvas.height = height;
    context.drawImage(video, 0, 0, width, height);
    try {
      return decodeQr(context.getImageData(0, 0, width, height));
    } catch {
      return null; // it throws where there is none
    }
  };
}
