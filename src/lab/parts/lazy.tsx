/** A part of the page whose code is loaded when it is shown. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { PageModule, PageProps } from '../pages/page.ts'
import { text } from '../text.ts'
import { Guard } from './guard.tsx'
import { Note } from './notes.tsx'

export function Lazy({ load, props }: { readonly load: () => Promise<PageModule>; readonly props: PageProps }) {
  const [found, setFound] = useState<{ Page: ComponentType<PageProps> } | { problem: string }>()
  useEffect(() => {
    let wanted = true
    load().then(
      ({ Page }) => wanted && setFound({ Page }),
      (error: unknown) => wanted && setFound({ problem: error instanceof Error ? error.message : String(error) }),
    )
    return () => {
      wanted = false
    }
  }, [load])
  if (found === undefined) return <p class="loading">{text.loading}</p>
  if ('problem' in found) return <Note kind="error">{text.failed.part(found.problem)}</Note>
  const { Page } = found
  return (
    <Guard>
      <Page {...props} />
    </Guard>
  )
}
