/** The page “Restore”. */
import { text } from '../../text.ts'

export function Page() {
  return (
    <>
      <h1>{text.pages.restore.title}</h1>
      <p class="lead">{text.pages.restore.about}</p>
    </>
  )
}
