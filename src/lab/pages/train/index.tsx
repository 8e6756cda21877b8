/** The page “Train”. */
import { useEffect } from 'preact/hooks'
import { EngineNote } from '../../parts/engine-note.tsx'
import { text } from '../../text.ts'
import { tweedie } from '../../work/tweedie.ts'

export function Page() {
  useEffect(() => void tweedie(), [])
  return (
    <>
      <h1>{text.pages.train.title}</h1>
      <EngineNote />
      <p class="lead">{text.pages.train.about}</p>
    </>
  )
}
