/** The page “Train”: choose data, train in a worker, watch, compare, take the model along. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { EngineNote } from '../../parts/engine-note.tsx'
import { Note } from '../../parts/notes.tsx'
import { replaceAddress } from '../../route.ts'
import { text as common } from '../../text.ts'
import { tweedie } from '../../remote/tweedie.ts'
import type { PageProps } from '../page.ts'
import { type Choices, fromQuery, toQuery } from './choices.ts'
import { openData } from './data.ts'
import { KeptRuns } from './kept.tsx'
import { Live } from './live.tsx'
import type { Shows } from './look.ts'
import { Setup } from './setup.tsx'
import { begin, fieldTime, fork, kept, lookAgain, problem, refreshKept, resume, runs } from './store.ts'
import { text } from './text.ts'

export function Page({ query }: PageProps) {
  const asked = useMemo(() => fromQuery(query), [query])
  const [choices, setChoices] = useState(asked.choices)
  const [shows, setShows] = useState<Shows>(() => showsOf(query.get('show')))
  const [time, setTime] = useState(() => timeOf(query.get('t')))
  const [lost, setLost] = useState<readonly string[]>([])
  const [restored, setRestored] = useState(false)
  useEffect(() => {
    tweedie()
    setChoices(asked.choices)
    setShows(showsOf(query.get('show')))
    setTime(timeOf(query.get('t')))
    void openData(asked.choices)
    void refreshKept().then(async () => {
      // Runs that the address names, and that no longer are in this page: the page was loaded again.
      const missing = namesIn(query).filter((name) => !runs.peek().some((run) => run.name === name))
      const here = missing.filter((name) => kept.peek().some((run) => run.name === name))
      setLost(missing.filter((name) => !here.includes(name)))
      for (const name of here) await resume(name, { paused: true })
      setRestored(true)
    })
  }, [asked])
  const shown = runs.value.map(({ name }) => name)
  const named = restored ? shown : [...new Set([...namesIn(query), ...shown])]
  useEffect(() => {
    const address = {
      ...toQuery(choices),
      show: shows === 'samples' ? undefined : shows,
      t: shows === 'field' ? String(time) : undefined,
      run: named.filter((name) => !lost.includes(name)).join(',') || undefined,
    }
    replaceAddress(['train'], address)
  }, [choices, shows, time, named.join(), lost])
  useEffect(() => {
    fieldTime.value = shows === 'field' ? time : undefined
    const later = setTimeout(() => void lookAgain(), 120)
    return () => clearTimeout(later)
  }, [shows, time])
  const change = (next: Choices): void => {
    setChoices(next)
    const [before, after] = [choices, next].map(({ data, size, label, cells }) =>
      JSON.stringify([data, data === 'files' && [size, label], data === 'drawn' && cells]),
    )
    if (before !== after) void openData(next)
  }
  const said = problem.value
  return (
    <>
      <h1>{common.pages.train.title}</h1>
      <p class="lead">{common.pages.train.about}</p>
      {asked.problems.map((each) => (
        <Note key={each} kind="error">
          {each}
        </Note>
      ))}
      {lost.map((name) => (
        <Note key={name} kind="error">
          {text.lostRun(name)}
        </Note>
      ))}
      <div class="train">
        <div>
          <Setup
            choices={choices}
            change={change}
            start={() => {
              setLost([])
              begin(choices)
            }}
          />
          <EngineNote />
        </div>
        <div>
          {said !== undefined && <Note kind="error">{said}</Note>}
          <Live shows={shows} setShows={setShows} time={time} setTime={setTime} fork={(run) => fork(run, choices)} />
          <KeptRuns />
        </div>
      </div>
    </>
  )
}

/** The runs that an address names. */
function namesIn(query: PageProps['query']): readonly string[] {
  return (query.get('run') ?? '').split(',').filter(Boolean)
}

function showsOf(written: string | null | undefined): Shows {
  return written === 'paths' || written === 'field' ? written : 'samples'
}

function timeOf(written: string | null | undefined): number {
  const value = Number(written ?? 0.3)
  return value >= 0.05 && value <= 1 ? value : 0.3
}
