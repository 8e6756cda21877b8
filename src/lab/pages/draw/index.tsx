/** The page “Draw”. */
import { text } from '../../text.ts'

export function Page() {
  return (
    <>
      <h1>{text.pages.draw.title}</h1>
      <p class="lead">{text.pages.draw.about}</p>
    </>
  )
}
