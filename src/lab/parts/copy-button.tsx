/** A button that copies a text, and says that it did. */
import { useState } from 'preact/hooks'
import { text } from '../text.ts'
import { copyText } from './save.ts'

export interface CopyButtonProps {
  readonly label: string
  readonly title?: string
  content(): string
}

export function CopyButton({ label, title, content }: CopyButtonProps) {
  const [said, setSaid] = useState('')
  const copy = async (): Promise<void> => {
    setSaid((await copyText(content())) ? text.figure.copied : text.figure.notCopied)
    setTimeout(() => setSaid(''), 2500)
  }
  return (
    <>
      <button type="button" class="quiet" title={title} onClick={copy}>
        {label}
      </button>
      <span class="said" role="status">
        {said}
      </span>
    </>
  )
}
