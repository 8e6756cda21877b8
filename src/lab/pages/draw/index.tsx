/** The page “Draw”: a model under several samplers, steps and strengths side by side. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { opened, openNamed } from '../../model/opened.ts'
import { ModelPicker } from '../../model/picker.tsx'
import { Note } from '../../parts/notes.tsx'
import { linkTo, replaceAddress } from '../../route.ts'
import { text } from '../../text.ts'
import { words } from '../../words/draw.ts'
import type { PageProps } from '../page.ts'
import { Choose } from './choose.tsx'
import { canWalk, knownOf } from './knows.ts'
import { cellName, Matrix } from './matrix.tsx'
import {
  type DrawSettings,
  mostCells,
  requestOf,
  rowsOf,
  settingsOf,
  settingsQuery,
  usualSettings,
} from './settings.ts'
import { type Sweep, sweepOf } from './sweep.ts'
import { Take } from './take.tsx'
import { Walk } from './walk.tsx'
import { Way } from './way.tsx'

export function Page({ query }: PageProps) {
  const wanted = query.get('model')
  useEffect(() => {
    if (wanted !== undefined) void openNamed(wanted)
  }, [wanted])
  return (
    <>
      <h1>{text.pages.draw.title}</h1>
      <p class="lead">{text.pages.draw.about}</p>
      <ModelPicker />
      {opened.value.state === 'open' &&
        (opened.value.model.facts.can.includes('draw') ? (
          <Drawing key={opened.value.model.handle} query={query} />
        ) : (
          <Note>{words.unable(opened.value.model.facts.of)}</Note>
        ))}
    </>
  )
}

function Drawing({ query }: Pick<PageProps, 'query'>) {
  const now = opened.value
  if (now.state !== 'open') return null
  const { model, name, source } = now
  const known = useMemo(() => knownOf(model.facts), [model])
  const usual = useMemo(() => {
    const { sampler } = model.facts.meta.sampler
    const { count } = known
    if (known.samplers.length === 1)
      return {
        ...usualSettings(),
        count,
        samplers: [...known.samplers],
        ...(known.stepped === false && { steps: [] }),
      }
    return { ...usualSettings(known.samplers.includes(sampler ?? '') ? sampler : undefined), count }
  }, [model])
  const asked = useMemo(() => settingsOf(query, usual, known), [query, usual])
  const [settings, setSettings] = useState<DrawSettings>(asked.settings)
  const sweep = useMemo(() => sweepOf(model), [model])
  useEffect(() => setSettings(asked.settings), [asked])
  useEffect(() => {
    replaceAddress(['draw'], { model: source, ...settingsQuery(settings, usual) })
  }, [settings, source])
  const drawn = JSON.stringify(
    rowsOf(settings)
      .flat()
      .map((cell) => requestOf(cell, settings)),
  )
  useEffect(() => {
    void sweep.draw(settings)
  }, [sweep, drawn])
  useEffect(() => sweep.stop, [sweep])
  const cells = rowsOf(settings).flat().length
  const link = () => linkTo(['draw'], { model: source, ...settingsQuery(settings, usual) })
  return (
    <>
      {asked.problems.map((each) => (
        <Note key={each}>{each}</Note>
      ))}
      <Choose settings={settings} known={known} change={setSettings} />
      {cells > mostCells && <Note>{words.problems.many(cells, mostCells)}</Note>}
      <h2>{known.stepped === false ? words.drawings : words.sweep}</h2>
      <SweepStatus sweep={sweep} goOn={() => void sweep.draw(settings)} />
      <Matrix
        facts={model.facts}
        settings={settings}
        sweep={sweep}
        showWay={(way) => setSettings({ ...settings, way })}
      />
      {settings.way === undefined ? (
        known.stepped !== false && <p class="hint">{words.way.hint}</p>
      ) : (
        <Way
          model={model}
          cell={settings.way}
          settings={settings}
          close={() => setSettings({ ...settings, way: undefined })}
        />
      )}
      {canWalk(model.facts) && (
        <Walk model={model} settings={settings} change={(to) => setSettings({ ...settings, to })} />
      )}
      <Take
        name={name}
        model={model}
        settings={settings}
        sweep={sweep}
        link={source === undefined ? undefined : link}
      />
    </>
  )
}

function SweepStatus({ sweep, goOn }: { readonly sweep: Sweep; goOn(): void }) {
  const now = sweep.now.value
  return (
    <p class="row sweep-status">
      <span role="status">
        {now.state === 'drawing'
          ? words.drawing(now.done, now.all, cellName(now.cell))
          : now.state === 'done'
            ? words.done(now.all, now.seconds.toFixed(1))
            : now.state === 'stopped'
              ? words.stopped
              : ''}
      </span>
      {now.state === 'drawing' && (
        <button type="button" onClick={sweep.stop}>
          {words.stop}
        </button>
      )}
      {now.state === 'stopped' && (
        <button type="button" onClick={goOn}>
          {words.goOn}
        </button>
      )}
    </p>
  )
}
