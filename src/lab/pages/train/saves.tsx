/** Everything that can be taken along: the model folder, ONNX, pictures, the address, the code, the command. */
import { useState } from 'preact/hooks'
import type { Scene } from '../../draw/scene.ts'
import { Command } from '../../parts/command.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Code } from '../../parts/equation.tsx'
import { Note } from '../../parts/notes.tsx'
import { saveFile, savePng, saveSvg } from '../../parts/save.ts'
import { problemOf } from '../../remote/tweedie.ts'
import { type Choices, codeOf, commandOf, images } from './choices.ts'
import type { SeenRun } from './run.ts'
import { text } from './text.ts'

export interface SavesProps {
  readonly run: SeenRun
  readonly choices: Choices
  scene(): Scene
}

export function Saves({ run, scene }: SavesProps) {
  const [problem, setProblem] = useState<string>()
  const { name, choices, remote, step, status, data } = run
  const image = data?.isImage ?? images.has(choices.data)
  const withModel =
    (work: (model: Awaited<ReturnType<typeof remote.model>>) => Promise<void>) => async (): Promise<void> => {
      try {
        setProblem(undefined)
        using model = await remote.model()
        await work(model)
      } catch (error) {
        const said = problemOf(error)
        setProblem([said.problem, said.hint].filter(Boolean).join(' '))
      }
    }
  const none = step === 0 || status === 'preparing' || status === 'failed'
  return (
    <div class="saves">
      <h2>{text.saves.title}</h2>
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
        <CopyButton label={text.saves.link} content={() => location.href} />
      </div>
      {problem !== undefined && <Note kind="error">{problem}</Note>}
      <Code code={codeOf(choices, image)} title={text.saves.code} />
      <details class="code">
        <summary>{text.saves.command}</summary>
        <Command line={commandOf(choices)} />
      </details>
    </div>
  )
}
