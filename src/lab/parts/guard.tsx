/** Keeps a mistake in one part of the page from taking the rest with it. */
import { Component, type ComponentChildren } from 'preact'
import { saidOf } from '../said.ts'
import { text } from '../text.ts'
import { Note } from './notes.tsx'

export class Guard extends Component<{ readonly children: ComponentChildren }, { readonly problem?: string }> {
  override state: { readonly problem?: string } = {}

  override componentDidCatch(error: unknown): void {
    this.setState({ problem: saidOf(error) })
  }

  override render() {
    if (this.state.problem === undefined) return this.props.children
    return (
      <Note kind="error">
        {text.failed.title}: {this.state.problem} {text.failed.hint}
      </Note>
    )
  }
}
