/** Runs while they learn: what they draw, their losses, their controls, and how to take a model along. */
import { palettes } from '../../draw/colours.ts'
import { numberText } from '../../draw/ticks.ts'
import { stacked, viewScene } from '../../draw/words.ts'
import type { Plot, View } from '../../learn/figure.ts'
import { ChoicePart, ControlPart } from '../../parts/controls/control.tsx'
import { type Curve, lossPlot, noisePlots } from '../../parts/curves.ts'
import { Note } from '../../parts/notes.tsx'
import { Views } from '../../parts/views.tsx'
import { theme } from '../../theme.ts'
import { type Shows, viewOf } from './look.ts'
import { RunBar } from './run-bar.tsx'
import type { SeenRun } from './run.ts'
import { Saves } from './saves.tsx'
import { runs, version } from './store.ts'
import { text } from './text.ts'

export interface LiveProps {
  readonly shows: Shows
  setShows(shows: Shows): void
  readonly time: number
  setTime(time: number): void
  fork(run: SeenRun): void
}

export function Live({ shows, setShows, time, setTime, fork }: LiveProps) {
  // Runs are written to as they go on; this number says that they were.
  const now = version.value
  const all = runs.value
  if (all.length === 0) return null
  const inPlane = all.some(({ look, data }) => look?.shape.length === 1 || data?.bounds !== undefined)
  const views = all.flatMap((run): View[] => {
    const view = run.look && viewOf(run.name, run.look, shows, run.data?.shown ?? new Float32Array(0), run.data?.bounds)
    return view ? [view] : []
  })
  const curves: Curve[] = all.flatMap(({ name, series, lines }) => (lines.length > 0 ? [{ name, series, lines }] : []))
  const look = { over: 'step', log: false, smooth: 0.6 } as const
  const plots: Plot[] = curves.length === 0 ? [] : [lossPlot(curves, look, text), ...noisePlots(curves, text.byNoise)]
  const scene = () => {
    const palette = palettes[theme.value]
    return stacked(
      [...views, ...plots].map((view) => viewScene(view, 640, palette)),
      palette.background,
    )
  }
  const options = Object.entries(text.shows).map(([value, label]) => ({ value, label }))
  const slider = { kind: 'slider', label: text.time, min: 0.05, max: 1, step: 0.01, initial: 0.3 } as const
  return (
    <section class="live" aria-label={text.runs} data-version={now}>
      {all.map((run) => (
        <RunBar key={run.name} run={run} fork={() => fork(run)} />
      ))}
      {inPlane && (
        <div class="controls">
          <ChoicePart label={text.show} options={options} value={shows} change={(value) => setShows(value as Shows)} />
          {shows === 'field' && (
            <ControlPart control={slider} value={time} change={(value) => setTime(value as number)} />
          )}
        </div>
      )}
      {views.length > 0 && <Views views={views} label={text.runs} />}
      {all.map(({ name, look: seen }) =>
        seen?.texts === undefined ? null : (
          <section key={name} aria-label={text.samples(name)}>
            <h3>{text.samples(name)}</h3>
            <div class="texts">
              {seen.texts.slice(0, 8).map((each, i) => (
                <p key={i}>{each}</p>
              ))}
            </div>
          </section>
        ),
      )}
      {all.every(({ look: seen }) => seen === undefined) && <p class="hint">{text.waiting}</p>}
      {all.map(({ name, look: seen }) =>
        seen?.distance === undefined ? null : (
          <p key={name} class="hint distance">
            {all.length > 1 && `${name}: `}
            {text.distance(numberText(seen.distance.samples), numberText(seen.distance.floor))}
          </p>
        ),
      )}
      {plots.length > 0 && <Views views={plots} label={text.loss} />}
      {all.flatMap(({ name, remarks, problem, kept }) => [
        ...(problem === undefined
          ? []
          : [
              <Note key={`${name}-problem`} kind="error">
                {name}: {problem} {kept === true && text.stillKept(name)}
              </Note>,
            ]),
        ...[...new Set(remarks)]
          .filter((remark) => remark !== problem)
          .map((remark) => <Note key={`${name}-${remark}`}>{remark}</Note>),
      ])}
      <Saves runs={all} scene={scene} />
    </section>
  )
}
