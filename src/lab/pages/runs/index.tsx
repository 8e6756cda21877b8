/** The page “Runs”. */
import { text } from '../../text.ts'

export function Page() {
  return (
    <>
      <h1>{text.pages.runs.title}</h1>
      <p class="lead">{text.pages.runs.about}</p>
    </>
  )
}
