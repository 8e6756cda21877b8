/** The list of runs, the curves of those that are chosen, and the card of the last one chosen. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { palettes } from '../../draw/colours.ts'
import { stacked, viewScene } from '../../draw/words.ts'
import type { Plot } from '../../learn/figure.ts'
import { ChoicePart, ControlPart, TogglePart } from '../../parts/controls/control.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { type Curve, lossPlot, noisePlots } from '../../parts/curves.ts'
import { Note } from '../../parts/notes.tsx'
import { savePng, saveSvg } from '../../parts/save.ts'
import { Views } from '../../parts/views.tsx'
import { linkTo, replaceAddress } from '../../route.ts'
import { text as common } from '../../text.ts'
import { theme } from '../../theme.ts'
import type { PageProps } from '../page.ts'
import type { ListedRun } from '../../remote/machine.ts'
import { RunCard } from './card.tsx'
import { RunList } from './list.tsx'
import { text } from './text.ts'
import { useRuns } from './use-runs.ts'

export interface RunsOfMachineProps {
  readonly folder: string
  readonly runs: readonly ListedRun[]
  readonly query: PageProps['query']
  refresh(): void
}

/** So many colours there are, and so many connections a browser allows. */
const most = 5

export function RunsOfMachine({ folder, runs, query, refresh }: RunsOfMachineProps) {
  const [look, setLook] = useState(() => lookOf(query))
  // Nothing was asked for: the newest run.
  const [shown, setShown] = useState(() => asked(query) ?? runs.slice(0, 1).map(({ name }) => name))
  const [wanted, setFocus] = useState(shown.at(-1))
  useEffect(() => {
    setLook(lookOf(query))
    const names = asked(query)
    if (names !== undefined) setShown(names)
  }, [query])
  const known = shown.filter((name) => runs.some((run) => run.name === name))
  const chosen = known.slice(0, most)
  const focus = chosen.find((name) => name === wanted) ?? chosen.at(-1)
  const address = {
    show: chosen.map((name) => (name === '' ? '~' : name)).join(','),
    over: look.over === 'step' ? undefined : look.over,
    log: look.log ? undefined : '0',
    smooth: look.smooth === 0.8 ? undefined : String(look.smooth),
  }
  useEffect(() => replaceAddress(['runs'], address), Object.values(address))
  const state = useRuns(chosen)
  const curves = useMemo(
    () =>
      chosen.flatMap((name, series): Curve[] => {
        const lines = state.get(name)?.lines ?? []
        return lines.length === 0 ? [] : [{ name: name === '' ? '.' : name, series, lines }]
      }),
    [state, chosen.join('\n')],
  )
  const plots: Plot[] = [lossPlot(curves, look, text), ...noisePlots(curves, text.byNoise)]
  const scene = () => {
    const palette = palettes[theme.value]
    return stacked(
      plots.map((plot) => viewScene(plot, 720, palette)),
      palette.background,
    )
  }
  const toggle = (name: string): void => {
    const next = chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]
    setShown(next)
    setFocus(next.includes(name) ? name : next.at(-1))
  }
  const lost = chosen.filter((name) => state.get(name)?.there === false)
  return (
    <div class="runs">
      <RunList
        folder={folder}
        runs={runs}
        chosen={chosen}
        full={chosen.length >= most}
        toggle={toggle}
        refresh={refresh}
      />
      <div>
        {shown
          .filter((name) => !known.includes(name))
          .map((name) => (
            <Note key={name} kind="error">
              {text.unknown(name)}
            </Note>
          ))}
        {lost.map((name) => (
          <Note key={name} kind="error">
            {text.lost(name)}
          </Note>
        ))}
        {chosen.length === 0 && <Note>{text.choose}</Note>}
        {curves.length > 0 && (
          <section class="live" aria-label={text.loss}>
            <LookControls look={look} change={setLook} />
            <Views views={plots} label={text.loss} />
            <div class="tools">
              <span class="spring" />
              <button type="button" class="quiet" onClick={() => savePng('runs', scene())}>
                {text.png}
              </button>
              <button type="button" class="quiet" onClick={() => saveSvg('runs', scene())}>
                {text.svg}
              </button>
              <CopyButton label={text.link} title={common.figure.linkLong} content={() => linkTo(['runs'], address)} />
            </div>
          </section>
        )}
        {focus !== undefined && (
          <RunCard
            key={focus}
            name={focus}
            path={focus === '' ? folder : `${folder}/${focus}`}
            samples={state.get(focus)?.samples ?? []}
            hasLog={
              (state.get(focus)?.lines.length ?? 0) > 0 ||
              runs.some((run) => run.name === focus && run.last !== undefined)
            }
          />
        )}
      </div>
    </div>
  )
}

interface Look {
  readonly over: 'step' | 'seconds'
  readonly log: boolean
  readonly smooth: number
}

function LookControls({ look, change }: { readonly look: Look; change(look: Look): void }) {
  const options = [
    { value: 'step', label: text.overSteps },
    { value: 'seconds', label: text.overTime },
  ]
  const smooth = { kind: 'slider', label: text.smooth, min: 0, max: 0.98, step: 0.02, initial: 0.8 } as const
  return (
    <div class="controls">
      <ChoicePart
        label={text.over}
        options={options}
        value={look.over}
        change={(over) => change({ ...look, over: over as Look['over'] })}
      />
      <ControlPart
        control={smooth}
        value={look.smooth}
        change={(value) => change({ ...look, smooth: value as number })}
      />
      <TogglePart label={text.logScale} value={look.log} change={(log) => change({ ...look, log })} />
    </div>
  )
}

function lookOf(query: PageProps['query']): Look {
  const smooth = Number(query.get('smooth') ?? 0.8)
  return {
    over: query.get('over') === 'seconds' ? 'seconds' : 'step',
    log: query.get('log') !== '0',
    smooth: smooth >= 0 && smooth <= 0.98 ? smooth : 0.8,
  }
}

function asked(query: PageProps['query']): readonly string[] | undefined {
  return query
    .get('show')
    ?.split(',')
    .filter(Boolean)
    .map((name) => (name === '~' ? '' : name))
}
