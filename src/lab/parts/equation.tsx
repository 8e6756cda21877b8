/** An equation, with numbers in it that follow a figure, and the code that computes it. */
import type { Signal } from '@preact/signals'
import { useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { numberText } from '../draw/ticks.ts'
import type { Equation } from '../learn/chapter.ts'
import { text } from '../text.ts'
import { CopyButton } from './copy-button.tsx'

export interface EquationPartProps {
  readonly equation: Equation
  readonly numbers: Signal<Readonly<Record<string, number>>>
}

export function EquationPart({ equation: { tex, says, code }, numbers }: EquationPartProps) {
  const ref = useRef<HTMLDivElement>(null)
  useSignalEffect(() => {
    const known = numbers.value
    for (const element of ref.current?.querySelectorAll<HTMLElement>('[data-live]') ?? []) {
      const value = known[element.dataset.live!]
      if (value !== undefined) element.textContent = numberText(value)
    }
  })
  return (
    <div class="equation">
      <div
        class="formula"
        ref={ref}
        tabIndex={0}
        role="group"
        aria-label={says}
        dangerouslySetInnerHTML={{ __html: tex }}
      />
      <p>{says}</p>
      {code !== undefined && <Code code={code} />}
    </div>
  )
}

/** Lines of TypeScript, closed at first, with a button that copies them. */
export function Code({ code, title = text.code.show }: { readonly code: string; readonly title?: string }) {
  const lines = code.trim()
  return (
    <details class="code">
      <summary>{title}</summary>
      <pre tabIndex={0} aria-label={text.code.label}>
        <code>{lines}</code>
      </pre>
      <CopyButton label={text.code.copy} content={() => lines} />
    </details>
  )
}
