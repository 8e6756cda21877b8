/** Where a model is chosen: dropped, picked, by its address, from what this browser has. */
import { useEffect, useId, useState } from 'preact/hooks'
import { droppedFiles } from '../../files/data/web/dropped-files.ts'
import { commonFolder, type NamedFile } from '../../files/data/web/named-file.ts'
import { FileButton } from '../parts/file-button.tsx'
import { Note } from '../parts/notes.tsx'
import { hrefOf, replaceAddress, route } from '../route.ts'
import { words } from '../words/model.ts'
import { findNode, listRuns, runUrl } from '../remote/machine.ts'
import { tweedie } from '../remote/tweedie.ts'
import { saidOf } from '../said.ts'
import { closeModel, forgetModel, keptModels, opened, openFiles, openNamed } from './opened.ts'

/** The model in a line, with a way to another; or how one is chosen. */
export function ModelPicker() {
  const now = opened.value
  return (
    <section class="picker" aria-label={words.title}>
      {now.state === 'open' ? (
        <p class="model-line" role="status">
          <strong>{now.name}</strong> <span class="soft">{words.of(now.model.facts.of)}</span>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              closeModel()
              replaceAddress(route.peek().path)
            }}
          >
            {words.other}
          </button>
        </p>
      ) : (
        <Choices />
      )}
      {now.state === 'opening' && <p role="status">{words.opening(now.name, percent(now.share))}</p>}
      {now.state === 'failed' && <Note kind="error">{words.failed(now.name, now.problem)}</Note>}
      {now.state === 'open' && now.remark !== undefined && <Note>{now.remark}</Note>}
      {now.state === 'open' && now.model.facts.remarks.map((each) => <Note key={each}>{each}</Note>)}
    </section>
  )
}

const percent = (share: number | undefined): string => (share === undefined ? '' : ` ${Math.round(100 * share)} %`)

function Choices() {
  const [over, setOver] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [url, setUrl] = useState('')
  const address = useId()
  const take = async (files: () => Promise<readonly NamedFile[]>, name?: string): Promise<void> => {
    try {
      const found = await files()
      const zip = found.length === 1 && found[0]!.path.endsWith('.zip') ? found[0]!.file : undefined
      const named = name ?? (zip ? found[0]!.path.replace(/\.zip$/, '') : (commonFolder(found) ?? 'model'))
      setProblem(undefined)
      await openFiles(zip ?? withoutFolder(found), named)
    } catch (error) {
      setProblem(saidOf(error))
    }
  }
  return (
    <>
      <p>{words.none}</p>
      <div
        class={over ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          const { dataTransfer } = event
          if (dataTransfer !== null) void take(() => droppedFiles(dataTransfer))
        }}
      >
        <p>{words.drop}</p>
        <FileButton label={words.folder} folder pick={(files) => take(async () => files)} />
        <FileButton label={words.zip} accept=".zip" pick={(files) => take(async () => files)} />
      </div>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault()
          if (url.trim() !== '') void openNamed(url.trim())
        }}
      >
        <label for={address}>{words.url}</label>
        <input
          id={address}
          type="text"
          inputMode="url"
          value={url}
          spellcheck={false}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
        <button type="submit">{words.open}</button>
      </form>
      <Known />
      <p>
        <a href={hrefOf(['train'], { data: 'glyphs' })}>{words.train}</a>
      </p>
      {problem !== undefined && <Note kind="error">{problem}</Note>}
    </>
  )
}

/** A folder's files without the folder's own name in front. */
function withoutFolder(files: readonly NamedFile[]): readonly NamedFile[] {
  const folder = commonFolder(files)
  if (folder === undefined) return files
  return files.map(({ path, file }) => ({ path: path.slice(folder.length + 1), file }))
}

/** Models of the machine that serves the page, and those that this browser has. */
function Known() {
  const [here, setHere] = useState<readonly string[]>([])
  const [kept, setKept] = useState<readonly string[]>([])
  const [runs, setRuns] = useState<readonly string[]>([])
  const [problem, setProblem] = useState<string>()
  const look = (): void => void keptModels().then(setKept)
  useEffect(() => {
    look()
    namesHere().then(setHere, () => setHere([]))
    tweedie()
      .runs()
      .then((found) => setRuns(found.filter(({ step }) => step !== undefined).map(({ name }) => name)))
      // Where nothing is kept there is nothing to list.
      .catch(() => setRuns([]))
  }, [])
  return (
    <>
      <Names title={words.here} names={here} open={(name) => runUrl(name, 'zip')} />
      <Names title={words.runs} names={runs} open={(name) => `run:${name}`} />
      <Names
        title={words.kept}
        open={(name) => `kept:${name}`}
        names={kept}
        forget={(name) => forgetModel(name).then(look, (error: unknown) => setProblem(saidOf(error)))}
      />
      {problem !== undefined && <Note kind="error">{problem}</Note>}
    </>
  )
}

/** The runs and models of the machine, the newest first; none where there is only a server of static files. */
async function namesHere(): Promise<readonly string[]> {
  if ((await findNode()) === undefined) return []
  const found = await listRuns()
  return found.filter(({ kind, last }) => kind === 'model' || last !== undefined).map(({ name }) => name)
}

function Names({
  title,
  names,
  open,
  forget,
}: {
  readonly title: string
  readonly names: readonly string[]
  /** The source that an address names it by. */
  open(name: string): string
  /** Deletes one. */
  forget?(name: string): unknown
}) {
  if (names.length === 0) return null
  return (
    <p class="row">
      <span>{title}:</span>
      {names.map((name) => (
        <span key={name} class="known">
          <button type="button" onClick={() => void openNamed(open(name))}>
            {name === '' ? '.' : name}
          </button>
          {forget !== undefined && (
            <button type="button" class="quiet" aria-label={words.forget(name)} onClick={() => void forget(name)}>
              ×
            </button>
          )}
        </span>
      ))}
    </p>
  )
}
