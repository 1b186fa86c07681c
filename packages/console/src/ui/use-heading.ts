import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

let shownBefore = false;

/**
 * For the heading of a view: names the page after it, and takes the focus, which has gone with the button that led here. Not for the first
 * view: whoever has just opened the page is at its beginning.
 */
export function useHeading(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    document.title = `${title} · Holdfast`;
  }, [title]);
  useLayoutEffect(() => {
    if (shownBefore) heading.current?.focus({ preventScroll: true });
    shownBefore = true;
  }, []);
  return heading;
}
