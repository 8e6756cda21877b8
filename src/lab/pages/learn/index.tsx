/** The page “Learn”: the list of chapters, or one of them. */
import { useEffect, useState } from 'preact/hooks'
import type { Chapter } from '../../learn/chapter.ts'
import { chapters } from '../../learn/chapters/list.ts'
import { Missing, Note } from '../../parts/notes.tsx'
import { hrefOf } from '../../route.ts'
import { text } from '../../text.ts'
import type { PageProps } from '../page.ts'
import { ChapterPart } from './chapter.tsx'

export function Page({ path: [name, figure], query }: PageProps) {
  if (name === undefined) {
    return (
      <>
        <h1>{text.pages.learn.title}</h1>
        <p class="lead">{text.pages.learn.about}</p>
        <ChapterList />
      </>
    )
  }
  const listed = chapters.find((each) => each.name === name)
  if (listed === undefined) {
    return (
      <Missing said={text.missing.chapter(name)}>
        <ChapterList />
      </Missing>
    )
  }
  return <Loaded key={name} listed={listed} figure={figure} query={query} />
}

interface LoadedProps {
  readonly listed: (typeof chapters)[number]
  readonly figure: string | undefined
  readonly query: PageProps['query']
}

function Loaded({ listed, figure, query }: LoadedProps) {
  const [found, setFound] = useState<Chapter | string>()
  useEffect(() => {
    listed.load().then(
      ({ chapter }) => setFound(chapter),
      (error: unknown) => setFound(error instanceof Error ? error.message : String(error)),
    )
  }, [listed])
  if (found === undefined) return <p class="loading">{text.loading}</p>
  if (typeof found === 'string') return <Note kind="error">{text.failed.part(found)}</Note>
  // Going to another figure of the same chapter begins anew with what the address says.
  return <ChapterPart key={`${figure}?${[...query].join('&')}`} chapter={found} focus={figure} query={query} />
}

function ChapterList() {
  if (chapters.length === 0) return <Note>{text.learn.none}</Note>
  return (
    <ol class="chapters">
      {chapters.map(({ name, title }) => (
        <li key={name}>
          <a href={hrefOf(['learn', name])}>{title}</a>
        </li>
      ))}
    </ol>
  )
}
