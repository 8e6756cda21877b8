/** The page “Train”. */
import { text } from '../../text.ts'

export function Page() {
  return (
    <>
      <h1>{text.pages.train.title}</h1>
      <p class="lead">{text.pages.train.about}</p>
    </>
  )
}
