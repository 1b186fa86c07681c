import { Component, type ComponentChildren, type ComponentType, h } from 'preact';

/** A component that is drawn again only when one of its props is another: what keeps a long conversation quick. */
export function pure<Props extends object>(view: (props: Props) => ComponentChildren): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const before: Readonly<Record<string, unknown>> = { ...this.props };
      return Object.entries(next).some(([name, value]) => before[name] !== value);
    }

    override render(): ComponentChildren {
      return h(view as ComponentType<Props>, this.props as Props); // the props are what they came as
    }
  };
}
