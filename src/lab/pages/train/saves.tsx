/** Everything that can be taken along: the model folder, ONNX, pictures, the address, the code, the command. */
import { useState } from 'preact/hooks'
import type { Scene } from '../../draw/scene.ts'
import { Command } from '../../parts/command.tsx'
import { ChoicePart } from '../../parts/controls/control.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Code } from '../../parts/equation.tsx'
import { Note } from '../../parts/notes.tsx'
import { saveFile, savePng, saveSvg } from '../../parts/save.ts'
import { hrefOf } from '../../route.ts'
import { saidOf } from '../../said.ts'
import { codeOf, commandOf, csvOf, images, pointsIn } from './choices.ts'
import type { SeenRun } from './run.ts'
import { text } from './text.ts'

export interface SavesProps {
  /** At least one. */
  readonly runs: readonly SeenRun[]
  scene(): Scene
}

export function Saves({ runs, scene }: SavesProps) {
  const [problem, setProblem] = useState<string>()
  const [wanted, setWanted] = useState<string>()
  const run = runs.find((each) => each.name === wanted) ?? runs.at(-1)!
  const { name, choices, remote, step, status, data } = run
  const image = data?.isImage ?? images.has(choices.data)
  const withModel =
    (work: (model: Awaited<ReturnType<typeof remote.model>>) => Promise<void>) => async (): Promise<void> => {
      try {
        setProblem(undefined)
        using model = await remote.model()
        await work(model)
      } catch (error) {
        setProblem(saidOf(error))
      }
    }
  const none = step === 0 || status === 'preparing' || status === 'failed'
  return (
    <div class="saves">
      <h2>{text.saves.title}</h2>
      {runs.length > 1 && (
        <ChoicePart
          label={text.saves.which}
          options={runs.map(({ name: value }) => ({ value, label: value }))}
          value={name}
          change={setWanted}
        />
      )}
      <div class="tools">
        <button
          type="button"
          disabled={none}
          onClick={withModel(async (model) => {
            const { zipFolder } = await import('../../../files/data/formats/zip.ts')
            saveFile(`${name}.zip`, zipFolder(await model.folder(), name), 'application/zip')
          })}
        >
          {text.saves.zip}
        </button>
        <button
          type="button"
          disabled={none}
          onClick={withModel(async (model) =>
            saveFile(`${name}.onnx`, await model.export(), 'application/octet-stream'),
          )}
        >
          {text.saves.onnx}
        </button>
        <button type="button" class="quiet" onClick={() => savePng(name, scene())}>
          {text.saves.png}
        </button>
        <button type="button" class="quiet" onClick={() => saveSvg(name, scene())}>
          {text.saves.svg}
        </button>
        {choices.data === 'drawn' && (
          <button
            type="button"
            class="quiet"
            onClick={() => saveFile('points.csv', csvOf(pointsIn(choices.cells)), 'text/csv')}
          >
            {text.saves.csv}
          </button>
        )}
        <CopyButton label={text.saves.link} content={() => location.href} />
        {run.kept === true && (
          <a class="button quiet" href={hrefOf(['draw'], { model: `run:${name}` })}>
            {text.kept.open}
          </a>
        )}
      </div>
      {problem !== undefined && <Note kind="error">{problem}</Note>}
      {run.from !== undefined && <p class="hint">{text.saves.forked(run.from)}</p>}
      <Code code={codeOf(choices, image)} title={text.saves.code} />
      <details class="code">
        <summary>{text.saves.command}</summary>
        <Command line={commandOf(choices)} />
      </details>
    </div>
  )
}
