import { Component, type ComponentChildren, type ComponentType, h } from 'preact';

/**
 * A component that is drawn again only when one of its props is another: what keeps a long conversation quick.
 *
 * @param watched the props that count; default: all
 */
export function pure<Props extends object>(
  view: (props: Props) => ComponentChildren,
  watched?: readonly (keyof Props)[],
): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const before: Readonly<Props> = this.props;
      const names = watched ?? (Object.keys(next) as (keyof Props)[]); // the keys of an object of that type
      return names.some((name) => before[name] !== next[name]);
    }

    override render(): ComponentChildren {
      return h(view as ComponentType<Props>, this.props as Props); // the props are what they came as
    }
  };
}
