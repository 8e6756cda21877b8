/** What is trained: data, size, objective, how long; and the button that begins. */
import { droppedFiles } from '../../../files/data/web/dropped-files.ts'
import { useState } from 'preact/hooks'
import { ChoicePart, ControlPart } from '../../parts/controls/control.tsx'
import { FileButton } from '../../parts/file-button.tsx'
import { NumberField, TextField } from '../../parts/fields.tsx'
import { Note } from '../../parts/notes.tsx'
import { OneView } from '../../parts/views.tsx'
import { route } from '../../route.ts'
import { saidOf } from '../../said.ts'
import { areNumbers, type Choices, paper } from './choices.ts'
import { chosenCount, chosenFiles, dataState } from './data.ts'
import { dataView } from './look.ts'
import { filesChosen, problem, runs } from './store.ts'
import { text } from './text.ts'

/** Pixels of a side. */
const sizes = [0, 16, 28, 32, 48, 64, 96] as const

export interface SetupProps {
  readonly choices: Choices
  change(choices: Choices): void
  start(): void
}

const optionsOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

export function Setup({ choices, change, start }: SetupProps) {
  const set = (part: Partial<Choices>): void => change({ ...choices, ...part })
  const now = dataState.value
  const ready = now.status === 'open'
  const numbers = now.status !== 'open' || areNumbers(now.data.remote.facts.kind)
  const steps = { kind: 'slider', label: text.steps, min: 100, max: 5000, step: 100, initial: 600 } as const
  return (
    <form
      class="setup"
      onSubmit={(event) => {
        event.preventDefault()
        start()
      }}
    >
      <ChoicePart
        label={text.data}
        options={optionsOf(text.builtIn)}
        value={choices.data}
        change={(data) => set({ data })}
      />
      {choices.data === 'files' && (
        <>
          <Files choices={choices} />
          <div class="pair">
            <ChoicePart
              label={text.files.size}
              options={[...new Set([...sizes, choices.size])].map((size) => ({
                value: String(size),
                label: text.files.sizes(size),
              }))}
              value={String(choices.size)}
              change={(size) => set({ size: Number(size) })}
            />
            <TextField label={text.files.label} value={choices.label} change={(label) => set({ label })} />
          </div>
        </>
      )}
      {choices.data === 'drawn' && (
        <ControlPart control={paper} value={choices.cells} change={(cells) => set({ cells: cells as number[] })} />
      )}
      <DataPart choices={choices} />
      {numbers ? (
        <>
          <ChoicePart
            label={text.preset}
            options={optionsOf(text.presets)}
            value={choices.preset}
            change={(preset) => set({ preset: preset as Choices['preset'] })}
          />
          <ChoicePart
            label={text.objective}
            options={optionsOf(text.objectives)}
            value={choices.objective}
            change={(objective) => set({ objective })}
          />
        </>
      ) : (
        <p class="hint">{text.usual}</p>
      )}
      <ControlPart control={steps} value={choices.steps} change={(value) => set({ steps: value as number })} />
      <div class="pair">
        <NumberField
          label={text.rate}
          value={choices.rate}
          min={1e-6}
          max={1}
          step="any"
          change={(rate) => set({ rate })}
        />
        <NumberField label={text.seed} value={choices.seed} min={0} max={2 ** 31} change={(seed) => set({ seed })} />
      </div>
      <ChoicePart
        label={text.keep}
        options={optionsOf(text.keeps)}
        value={choices.keep}
        change={(keep) => set({ keep: keep as Choices['keep'] })}
      />
      <button type="submit" class="primary" disabled={!ready}>
        {runs.value.length > 0 ? text.startBeside : text.start}
      </button>
    </form>
  )
}

/** What the chosen data are, before anything is learned. */
function DataPart({ choices }: { readonly choices: Choices }) {
  const state = dataState.value
  if (state.status === 'none') {
    if (choices.data === 'drawn') return <p class="hint">{text.drawFirst}</p>
    return choices.data === 'files' ? <p class="hint">{text.filesFirst}</p> : null
  }
  if (state.status === 'reading') return <p class="hint">{text.reading(state.done, state.total)}</p>
  if (state.status === 'failed') {
    return <Note kind="error">{state.problem}</Note>
  }
  const { facts } = state.data.remote
  const view = dataView(facts.name, state.data.shown, state.data.shape, state.data.bounds)
  const classes = facts.classNames.length
  return (
    <>
      {view !== undefined && <OneView view={view} label={facts.name} />}
      <p class="hint">{text.facts(facts.length.toLocaleString('en'), `[${facts.shape.join(', ')}]`, classes)}</p>
      {facts.remarks.map((remark) => (
        <p key={remark} class="hint">
          {remark}
        </p>
      ))}
    </>
  )
}

/** Files, a folder, or what is dropped. */
function Files({ choices }: Pick<SetupProps, 'choices'>) {
  // The page began with it: the address says so.
  const [named] = useState(() => route.peek().query.get('data') === 'files')
  const [over, setOver] = useState(false)
  const take = (files: NonNullable<typeof chosenFiles.value>, count: number): void => {
    if (count === 0) {
      problem.value = text.files.empty
      return
    }
    problem.value = undefined
    chosenFiles.value = files
    filesChosen(count, choices)
  }
  const drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault()
    setOver(false)
    try {
      const files = await droppedFiles(event.dataTransfer!)
      take(files, files.length)
    } catch (error) {
      problem.value = saidOf(error)
    }
  }
  return (
    <div
      class={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      <p>{text.files.drop}</p>
      <FileButton label={text.files.pick} multiple pick={(files) => take(files, files.length)} />
      <FileButton label={text.files.folder} folder pick={(files) => take(files, files.length)} />
      {chosenCount.value === 0 && named && <p class="hint">{text.files.again}</p>}
      {chosenCount.value > 0 && <p class="hint">{text.files.chosen(chosenCount.value)}</p>}
    </div>
  )
}
