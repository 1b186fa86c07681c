import { useEffect, useRef, useState } from 'preact/hooks';
import { cameraProblem } from '../scan/camera-problem.ts';
import { openQrReader } from '../scan/qr-reader.ts';
import { readScanned } from '../scan/scanned-text.ts';

interface ScannerProps {
  onCode: (code: string) => void;
  onClose: () => void;
}

/** Between two looks at the picture, in ms. */
const LOOK_EVERY_MS = 150;

/** The camera's picture, until a pairing code is in it. The picture leaves this element for nowhere. */
export function Scanner({ onCode, onClose }: ScannerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const found = useRef(onCode);
  found.current = onCode;
  useEffect(() => {
    const over = new AbortController();
    const onText = (text: string) => {
      const scanned = readScanned(text, location.origin);
      if ('code' in scanned) found.current(scanned.code);
      else setProblem(scanned.problem);
      return 'code' in scanned;
    };
    if (video.current !== null) {
      watch(video.current, onText, over.signal).catch((error: unknown) => {
        if (over.signal.aborted) return;
        setFailed(true);
        setProblem(cameraProblem(error instanceof Error ? error.name : ''));
      });
    }
    return () => over.abort();
  }, []);
  return (
    <div class="scanner">
      {!failed && <video ref={video} aria-label="What the camera sees" muted playsInline />}
      <p role="status">{problem ?? 'Hold the QR code of holdfast up or holdfast pair into the picture.'}</p>
      <button type="button" class="small" onClick={onClose}>
        {failed ? 'Close' : 'Stop the camera'}
      </button>
    </div>
  );
}

/** Looks until `onText` takes one. @throws DOMException as the camera does */
async function watch(video: HTMLVideoElement, onText: (text: string) => boolean, over: AbortSignal): Promise<void> {
  const [stream, read] = await Promise.all([
    navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false }),
    openQrReader(),
  ]);
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  if (over.aborted) return stop();
  over.addEventListener('abort', stop, { once: true });
  video.srcObject = stream;
  await video.play();
  while (!over.aborted) {
    const text = await read(video);
    if (over.aborted) return;
    if (text !== null && onText(text)) return stop();
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
