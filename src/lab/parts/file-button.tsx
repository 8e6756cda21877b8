/** Files and folders, chosen in the browser's own dialogue. */
import { useId } from 'preact/hooks'
import type { NamedFile } from '../../files/data/web/named-file.ts'

/** A button that opens the browser's own dialogue. */
export function FileButton({
  label,
  folder = false,
  multiple = false,
  accept,
  pick,
}: {
  readonly label: string
  readonly folder?: boolean
  readonly multiple?: boolean
  readonly accept?: string
  pick(files: readonly NamedFile[]): unknown
}) {
  const id = useId()
  return (
    <span class="file">
      <input
        id={id}
        type="file"
        multiple={multiple}
        {...(accept !== undefined && { accept })}
        {...(folder && { webkitdirectory: true })}
        onChange={(event) => {
          const files = Array.from(event.currentTarget.files ?? [], (file) => ({
            path: file.webkitRelativePath || file.name,
            file,
          }))
          pick(files)
          event.currentTarget.value = ''
        }}
      />
      <label class="button" for={id}>
        {label}
      </label>
    </span>
  )
}
