/** The page “Train”: choose data, train in a worker, watch, compare, take the model along. */
import { useEffect, useState } from 'preact/hooks'
import { EngineNote } from '../../parts/engine-note.tsx'
import { Note } from '../../parts/notes.tsx'
import { replaceAddress } from '../../route.ts'
import { text as common } from '../../text.ts'
import { tweedie } from '../../remote/tweedie.ts'
import type { PageProps } from '../page.ts'
import { type Choices, fromQuery, toQuery } from './choices.ts'
import { dataState, openData } from './data.ts'
import { KeptRuns } from './kept.tsx'
import { Live } from './live.tsx'
import type { Shows } from './look.ts'
import { Setup } from './setup.tsx'
import { begin, fieldTime, fork, kept, lookAgain, problem, refreshKept, resume, runs } from './store.ts'
import { text } from './text.ts'

export function Page({ query }: PageProps) {
  const [asked] = useState(() => fromQuery(query))
  const [choices, setChoices] = useState(asked.choices)
  const [shows, setShows] = useState<Shows>(() => showsOf(query.get('show')))
  const [time, setTime] = useState(() => timeOf(query.get('t')))
  const [lost, setLost] = useState<string>()
  useEffect(() => {
    tweedie()
    void openData(choices)
    void refreshKept().then(async () => {
      // A run that the address names, and that no longer is in this page: the page was loaded again.
      const name = query.get('run')
      if (name === null || name === undefined || runs.peek().some((run) => run.name === name)) return
      if (kept.peek().some((run) => run.name === name)) await resume(name, { paused: true })
      else setLost(name)
    })
  }, [])
  const current = runs.value.at(-1)?.name
  useEffect(() => {
    const address = {
      ...toQuery(choices),
      show: shows === 'samples' ? undefined : shows,
      t: shows === 'field' ? String(time) : undefined,
      run: current ?? (lost === undefined ? query.get('run') : undefined),
    }
    replaceAddress(['train'], address)
  }, [choices, shows, time, current, lost])
  useEffect(() => {
    fieldTime.value = shows === 'field' ? time : undefined
    const later = setTimeout(() => void lookAgain(), 120)
    return () => clearTimeout(later)
  }, [shows, time])
  const change = (next: Choices): void => {
    setChoices(next)
    if (next.data !== choices.data || (next.data === 'drawn' && next.cells !== choices.cells)) void openData(next)
  }
  const state = dataState.value
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
      {lost !== undefined && <Note kind="error">{text.lostRun(lost)}</Note>}
      <div class="train">
        <div>
          <Setup
            choices={choices}
            change={change}
            start={() => {
              setLost(undefined)
              begin(choices)
            }}
          />
          <EngineNote />
        </div>
        <div>
          {said !== undefined && (
            <Note kind="error">
              {said.problem} {said.hint}
            </Note>
          )}
          <Live
            data={state.status === 'open' ? state.data : undefined}
            shows={shows}
            setShows={setShows}
            time={time}
            setTime={setTime}
            fork={(run) => fork(run, choices)}
            choices={choices}
          />
          <KeptRuns />
        </div>
      </div>
    </>
  )
}

function showsOf(written: string | null | undefined): Shows {
  return written === 'paths' || written === 'field' ? written : 'samples'
}

function timeOf(written: string | null | undefined): number {
  const value = Number(written ?? 0.3)
  return value >= 0.05 && value <= 1 ? value : 0.3
}
