/** A line for a terminal, with a button that copies it. */
import { text } from '../text.ts'
import { CopyButton } from './copy-button.tsx'

export function Command({ line }: { readonly line: string }) {
  return (
    <p class="command">
      <code tabIndex={0}>{line}</code> <CopyButton label={text.code.copy} content={() => line} />
    </p>
  )
}
