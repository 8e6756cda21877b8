/** The page “Restore”: a damaged picture, and what a model makes of it. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { RemoteModel } from '../../../app/web/worker/remote-model.ts'
import { palettes } from '../../draw/colours.ts'
import { stacked, viewScene } from '../../draw/words.ts'
import type { Pictures as PicturesView } from '../../learn/figure.ts'
import { opened, openNamed } from '../../model/opened.ts'
import { ModelPicker } from '../../model/picker.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Code } from '../../parts/equation.tsx'
import { Note } from '../../parts/notes.tsx'
import { savePng, saveRaster, saveSvg } from '../../parts/save.ts'
import { useWidth } from '../../parts/width.ts'
import { OneView } from '../../parts/views.tsx'
import { linkTo, replaceAddress } from '../../route.ts'
import { text } from '../../text.ts'
import { theme } from '../../theme.ts'
import { words } from '../../words/restore.ts'
import { saidOf } from '../../said.ts'
import type { PageProps } from '../page.ts'
import { type Answers, answersOf, type Asking, keyOf } from './answers.ts'
import { Choose } from './choose.tsx'
import { holeOf, holeRaster, measured, type Picture, rasterOf, widened } from './damage.ts'
import { codeOf, edits } from './request.ts'
import { maskControl, type Pictures, settingsOf, settingsQuery, usualSettings } from './settings.ts'
import { usePicture } from './use-picture.ts'

export function Page({ query }: PageProps) {
  const wanted = query.get('model')
  useEffect(() => {
    if (wanted !== undefined) void openNamed(wanted)
  }, [wanted])
  const now = opened.value
  const pictures = now.state === 'open' ? picturesOf(now.model) : undefined
  return (
    <>
      <h1>{text.pages.restore.title}</h1>
      <p class="lead">{text.pages.restore.about}</p>
      <ModelPicker />
      {now.state === 'open' && pictures === undefined && <Note>{words.notPictures(now.model.facts.of)}</Note>}
      {now.state === 'open' && pictures !== undefined && !now.model.facts.can.includes('restore') && (
        <Note>{words.unable}</Note>
      )}
      {now.state === 'open' && pictures !== undefined && now.model.facts.can.includes('restore') && (
        <Restoring
          key={now.model.handle}
          model={now.model}
          name={now.name}
          source={now.source}
          pictures={pictures}
          query={query}
        />
      )}
    </>
  )
}

/** What pictures the model makes, if it makes such that can be shown here. */
function picturesOf({ facts }: RemoteModel): Pictures | undefined {
  const { kind, shape } = facts.meta.data
  if (kind !== 'image' || shape.length !== 3 || (shape[0] !== 1 && shape[0] !== 3)) return undefined
  return { shape: shape as unknown as Pictures['shape'], classNames: facts.classNames }
}

interface RestoringProps extends Pick<PageProps, 'query'> {
  readonly model: RemoteModel
  readonly name: string
  readonly source: string | undefined
  readonly pictures: Pictures
}

function Restoring({ model, name, source, pictures, query }: RestoringProps) {
  const { shape } = pictures
  const usual = useMemo(() => usualSettings(pictures), [model])
  const asked = useMemo(() => settingsOf(query, usual, pictures), [query, usual])
  const [settings, setSettings] = useState(asked.settings)
  // An address that says what to do is done at once, also one that comes later.
  const waiting = useRef(false)
  useEffect(() => {
    setSettings(asked.settings)
    waiting.current = [...query.keys()].some((key) => key !== 'model')
  }, [asked])
  const [file, setFile] = useState<Blob>()
  const [brush, setBrush] = useState(Math.max(1, Math.round(shape[2] / 12)))
  const asking = useMemo(() => answersOf(model), [model])
  useEffect(() => asking.stop, [asking])
  const { picture, problem } = usePicture(model, settings.picture, file, shape)
  const address = () => ({ model: source, ...settingsQuery(settings, usual, pictures) })
  useEffect(() => replaceAddress(['restore'], address()), [settings, source])
  useEffect(() => {
    if (!waiting.current || picture === undefined || settings !== asked.settings) return
    waiting.current = false
    void asking.ask(settings, picture)
  }, [picture, settings, asked])
  const pick = (next: Blob): void => {
    setFile(next)
    setSettings({ ...settings, picture: { kind: 'file' } })
  }
  const painted = settings.mask.filter((cell) => cell === 1).length
  const wrongMask =
    settings.task !== 'inpaint'
      ? undefined
      : painted === 0
        ? words.problems.empty
        : painted === settings.mask.length
          ? words.problems.full
          : undefined
  return (
    <>
      {asked.problems.map((each) => (
        <Note key={each}>{each}</Note>
      ))}
      <Choose
        model={model}
        pictures={pictures}
        settings={settings}
        brush={brush}
        change={setSettings}
        changeBrush={setBrush}
        pick={pick}
      />
      <section
        class="given"
        aria-label={words.picture}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          const [dropped] = event.dataTransfer?.files ?? []
          if (dropped !== undefined) pick(dropped)
        }}
      >
        {problem !== undefined && <Note kind="error">{words.notLoaded(problem)}</Note>}
        {picture === undefined && problem === undefined && (
          <p role="status">{settings.picture.kind === 'file' && file === undefined ? words.noFile : words.loading}</p>
        )}
        {picture !== undefined && (
          <Given
            picture={picture}
            settings={settings}
            paint={(mask) => setSettings({ ...settings, mask: widened(settings.mask, mask, pictures, brush) })}
          />
        )}
      </section>
      {wrongMask !== undefined && <Note>{wrongMask}</Note>}
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={picture === undefined || wrongMask !== undefined}
          onClick={() => picture && void asking.ask(settings, picture)}
        >
          {edits(settings) ? words.goEdit : words.go}
        </button>
        <Working asking={asking} />
      </div>
      {picture !== undefined && asking.answers.value !== undefined && (
        <Answered
          answers={asking.answers.value}
          picture={picture}
          stale={asking.answers.value.key !== keyOf(settings)}
        />
      )}
      {picture !== undefined && (
        <section class="panel">
          <div class="row">
            {asking.answers.value !== undefined && (
              <>
                <button type="button" onClick={() => void savePng('answers', sceneOf(asking.answers.value!, picture))}>
                  {words.save}
                </button>
                <button type="button" onClick={() => void saveSvg('answers', sceneOf(asking.answers.value!, picture))}>
                  {words.saveSvg}
                </button>
              </>
            )}
            <button type="button" onClick={() => void saveRaster('picture', rasterOf(picture))}>
              {words.savePicture}
            </button>
            {holeOf(settings, picture.shape) !== undefined && (
              <button type="button" onClick={() => void saveRaster('hole', holeRaster(settings, picture))}>
                {words.saveHole}
              </button>
            )}
            {source !== undefined && <CopyButton label={words.link} content={() => linkTo(['restore'], address())} />}
            {settings.picture.kind === 'file' && <span class="said">{words.fileNotLinked}</span>}
          </div>
          <Code code={codeOf(settings, picture, name)} title={words.code} />
        </section>
      )}
    </>
  )
}

function Working({ asking }: { readonly asking: Asking }) {
  const now = asking.work.value
  if (now.state === 'failed') return <Note kind="error">{now.problem}</Note>
  if (now.state === 'idle') return <span role="status" />
  return (
    <>
      <span role="status">{now.share === undefined ? words.starting : words.working(Math.round(100 * now.share))}</span>
      <button type="button" onClick={asking.stop}>
        {words.stop}
      </button>
    </>
  )
}

/** The picture, under the brush where a hole is painted, beside what is measured of it. */
function Given({
  picture,
  settings,
  paint,
}: {
  readonly picture: Picture
  readonly settings: Parameters<typeof measured>[1]
  paint(mask: readonly number[]): void
}) {
  const [seen, setSeen] = useState<Picture>()
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    let wanted = true
    setProblem(undefined)
    measured(picture, settings).then(
      (made) => wanted && setSeen(made),
      (error: unknown) => {
        if (!wanted) return
        setSeen(undefined)
        setProblem(saidOf(error))
      },
    )
    return () => {
      wanted = false
    }
  }, [picture, settings])
  const paints = settings.task === 'inpaint'
  const [, height, width] = picture.shape
  const given: PicturesView = {
    kind: 'pictures',
    columns: 1,
    title: words.given,
    items: [{ ...(paints && seen !== undefined && seen.data.length === picture.data.length ? seen : picture) }],
    ...(paints && { drawing: 'mask' }),
  }
  const beside: PicturesView = {
    kind: 'pictures',
    columns: 1,
    title: paints ? words.given : words.seen,
    items: [(paints ? picture : seen) ?? picture],
  }
  const control = maskControl({ shape: [1, height, width] })
  return (
    <>
      {problem !== undefined && <Note kind="error">{problem}</Note>}
      {paints && <p class="hint">{words.maskHint}</p>}
      <div class="views two">
        <OneView
          view={paints ? { ...given, title: words.mask } : given}
          label={words.given}
          held={() => ({ control, value: settings.mask, change: (mask) => paint(mask as readonly number[]) })}
        />
        <OneView view={beside} label={words.seen} />
      </div>
    </>
  )
}

/** Answers, their mean and their deviation. */
function viewOf(
  { data, count, mean, deviation }: Answers,
  { shape, data: given }: Picture,
  columns: number,
): PicturesView {
  const size = given.length
  const most = largest(deviation)
  const bright = deviation.map((x) => (most > 0 ? (2 * x) / most - 1 : -1))
  const items = Array.from({ length: count }, (_, i) => ({
    shape,
    data: data.subarray(i * size, (i + 1) * size),
    label: words.answer(i),
  }))
  const more = [
    { shape, data: mean, label: words.mean },
    { shape, data: bright, label: words.deviation },
  ]
  return {
    kind: 'pictures',
    title: words.answers,
    columns: Math.min(columns, count + 2),
    items: count > 1 ? [...items, ...more] : items,
  }
}

const largest = (values: Float32Array): number => values.reduce((most, x) => Math.max(most, x), 0)

function sceneOf(answers: Answers, picture: Picture) {
  const palette = palettes[theme.value]
  return stacked([viewScene(viewOf(answers, picture, 6), 900, palette)], palette.background)
}

function Answered({
  answers,
  picture,
  stale,
}: {
  readonly answers: Answers
  readonly picture: Picture
  readonly stale: boolean
}) {
  const [ref, width] = useWidth<HTMLElement>()
  if (answers.data.length !== answers.count * picture.data.length) return null
  return (
    <section ref={ref} class={stale ? 'answers stale' : 'answers'} aria-label={words.answers}>
      {stale && <p class="hint">{words.stale}</p>}
      <OneView view={viewOf(answers, picture, width < 560 ? 3 : 6)} label={words.answers} />
      <p class="hint">
        {words.done(answers.seconds.toFixed(1), answers.howText)} {answers.kept && words.kept}{' '}
        {answers.count > 1 && words.deviationHint(`${Math.round(50 * largest(answers.deviation))} %`)}
      </p>
    </section>
  )
}
