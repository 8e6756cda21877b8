/** What leaves the page: pictures, lines of code, ONNX files, the model folder. */
import { useState } from 'preact/hooks'
import type { RemoteModel } from '../../../app/web/worker/remote-model.ts'
import { modelFolderZip } from '../../../files/io/web/save-model-folder.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Code } from '../../parts/equation.tsx'
import { Note } from '../../parts/notes.tsx'
import { saveFile, savePng, saveSvg } from '../../parts/save.ts'
import { words } from '../../words/draw.ts'
import { saidOf } from '../../said.ts'
import { matrixScene } from './scene.ts'
import { codeOf, type DrawSettings } from './settings.ts'
import type { Sweep } from './sweep.ts'

export interface TakeProps {
  readonly name: string
  readonly model: RemoteModel
  readonly settings: DrawSettings
  readonly sweep: Sweep
  /** The address of all this; undefined where no address can name the model. */
  readonly link: (() => string) | undefined
}

export function Take({ name, model, settings, sweep, link }: TakeProps) {
  const [said, setSaid] = useState('')
  const [problem, setProblem] = useState<string>()
  const work = async (make: () => Promise<string>): Promise<void> => {
    setProblem(undefined)
    setSaid(words.export.working)
    try {
      setSaid(await make())
    } catch (error) {
      setSaid('')
      setProblem(saidOf(error))
    }
  }
  const scene = () => matrixScene(settings, sweep)
  const network = async (): Promise<string> => {
    saveFile(`${name}.onnx`, await model.export(), 'application/octet-stream')
    return ''
  }
  const oneFile = async (): Promise<string> => {
    const [sampler] = settings.samplers
    const { bytes, trial } = await model.exportSampler({
      ...(sampler !== '' && { sampler }),
      steps: settings.steps.at(-1),
      ...(settings.guidance.length > 0 && { guidance: settings.guidance[0] }),
    })
    saveFile(`${name}-${sampler || 'sampler'}.onnx`, bytes as Uint8Array<ArrayBuffer>, 'application/octet-stream')
    if (trial === undefined) return ''
    const ratio = (trial.seconds / trial.ours).toFixed(2)
    return words.export.trial(trial.items, trial.difference.toExponential(0), ratio)
  }
  const folder = async (): Promise<string> => {
    saveFile(`${name}.zip`, modelFolderZip(name, await model.folder()), 'application/zip')
    return ''
  }
  const { can } = model.facts
  return (
    <section class="panel" aria-label={words.export.title}>
      <h2>{words.export.title}</h2>
      <div class="row">
        <button type="button" onClick={() => void savePng(name, scene())}>
          {words.export.png}
        </button>
        <button type="button" onClick={() => void saveSvg(name, scene())}>
          {words.export.svg}
        </button>
        {can.includes('export') && (
          <button type="button" onClick={() => void work(network)}>
            {words.export.onnx}
          </button>
        )}
        {can.includes('exportSampler') && (
          <button type="button" onClick={() => void work(oneFile)}>
            {words.export.oneFile}
          </button>
        )}
        <button type="button" onClick={() => void work(folder)}>
          {words.export.folder}
        </button>
        {link === undefined ? (
          <span class="said">{words.export.noLink}</span>
        ) : (
          <CopyButton label={words.export.link} content={link} />
        )}
      </div>
      <p class="said" role="status">
        {said}
      </p>
      {problem !== undefined && <Note kind="error">{problem}</Note>}
      <Code code={codeOf(settings, name, model.facts.classNames)} title={words.export.code} />
    </section>
  )
}
