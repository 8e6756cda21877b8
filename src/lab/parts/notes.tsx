/** Sentences to the reader: what is wrong, and what to do. */
import type { ComponentChildren } from 'preact'
import { text } from '../text.ts'

/** A sentence in a box. Errors are announced at once, remarks when there is a pause. */
export function Note({
  kind = 'remark',
  children,
}: {
  readonly kind?: 'remark' | 'error'
  readonly children: ComponentChildren
}) {
  return (
    <div class={`note ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children}
    </div>
  )
}

/** A page for addresses that lead nowhere. */
export function Missing({ said, children }: { readonly said: string; readonly children: ComponentChildren }) {
  return (
    <>
      <h1>{text.missing.title}</h1>
      <Note kind="error">
        {said} {text.missing.hint}
      </Note>
      {children}
    </>
  )
}
