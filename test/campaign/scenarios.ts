/** What is interrupted: lines of the command line that write, and what must hold of their folder whatever happened. */
import { join } from 'node:path'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { isTweedieError } from '../../src/errors.ts'
import { type Check, files, folderOf, run } from './checks.ts'

export interface Scenario {
  readonly name: string
  /** Lines that make the folder before. `FOLDER` stands for it. */
  readonly before: readonly string[]
  /** The line that is interrupted. */
  readonly line: string
  readonly check: Check
}

/** A run that goes on after whatever happened, or can be begun again. */
const begun = (name: string, line: string, before: readonly string[] = [], more = ''): Scenario => ({
  name,
  before,
  line: `train ${line}${more} -o FOLDER/run`,
  check: run(`train ${line}${more} --force -o FOLDER/run`, more),
})

/** A line that writes one file, and may be run again with `--force`. */
const written = (name: string, file: string, line: string, before: readonly string[]): Scenario => ({
  name,
  before,
  line,
  check: files([file], `${line} --force`),
})

const tiny = '--batch 16 --widths 8 --depth 1 --threads 1 -q'
const six = '--steps 6 --decay constant'
const points = `moons --items 64 ${tiny}`
const model = [`train ${points} --steps 2 -o FOLDER/model`]
const drawn = 'sample FOLDER/model -n 4 --steps 2 -q'
const saving = `${six} --checkpoint-every 3 --sample-every 4`
const train = `train ${points} ${saving}`
const images = '--widths 8,8 --depth 1 --batch 8 --threads 1 -q'
const captioned = `FOLDER/pictures --captions --text-width 8 --text-layers 1 ${images}`
const mended = 'restore FOLDER/model FOLDER/pictures --task denoise --sigma 0.1 --steps 2 --method ddrm -q'
const parts = [1, 2].map((part) => `${drawn} --batch 2 --shard ${part}/2 -o FOLDER/out.npy`)

/** All of them. */
export const scenarios: readonly Scenario[] = [
  begun('train', `${points} ${saving}`),
  {
    name: 'resume',
    before: [`${train.replace('--steps 6', '--steps 2')} -o FOLDER/run`],
    line: 'train --resume --steps 6 -q -o FOLDER/run',
    check: run(`${train} --force -o FOLDER/run`),
  },
  {
    name: 'train --force',
    before: [`${train.replace('--items 64', '--items 48')} -o FOLDER/run`],
    line: `${train} --force -o FOLDER/run`,
    // either of two runs may be there: the line that was interrupted is run again
    check: async (folder, whole, runLine) => {
      const opened = await openFolder(join(folder, 'run')).catch((error: unknown) => error)
      if (opened instanceof Error && !isTweedieError(opened, 'model')) return `opening it: ${String(opened)}`
      const again = await runLine(`${train} --force -o FOLDER/run`)
      if (again.status !== 0) return `beginning again: ${again.status} ${again.said}`
      return run('')(folder, whole, runLine)
    },
  },
  written('sample picture', 'grid.png', `${drawn} -o FOLDER/grid.png`, model),
  {
    name: 'sample over',
    before: [...model, 'write FOLDER/out.npy'],
    line: `${drawn} --force -o FOLDER/out.npy`,
    check: files(['out.npy'], `${drawn} --force -o FOLDER/out.npy`),
  },
  written('export', 'model.onnx', 'export FOLDER/model -q -o FOLDER/model.onnx', model),
  begun('latents', `glyphs --items 16 --latents FOLDER/codes ${images} ${six}`, [
    `train glyphs --items 16 --model vae --network conv --latent 2 ${images} --steps 1 -o FOLDER/codes`,
  ]),
  begun('captions', `${captioned} ${six} --checkpoint-every 3`, ['pictures FOLDER/pictures']),
  begun(
    'adapters',
    `glyphs --items 16 --from FOLDER/model --lora 2 --lora-targets all --batch 8 --threads 1 -q ${six}`,
    [`train glyphs --items 16 ${images} --steps 1 -o FOLDER/model`],
  ),
  begun('ranks', `${points} ${six} --checkpoint-every 3`, [], ' --ranks 2'),
  begun('prepared data', `FOLDER/pictures --data-cache FOLDER/cache ${images} ${six}`, ['pictures FOLDER/pictures']),
  {
    name: 'average',
    before: [`train ${points} --steps 8 --ema-width 0.1 --keep-averages 4 -o FOLDER/run`],
    line: 'average FOLDER/run --width 0.15 -q -o FOLDER/other',
    check: folderOf('other', 'average FOLDER/run --width 0.15 -q --force -o FOLDER/other'),
  },
  {
    name: 'shard',
    before: model,
    line: parts[0]!,
    check: files(['out.npy.shards/1-of-2.safetensors'], `${parts[0]!} --force`),
  },
  written('merge', 'out.npy', 'merge FOLDER/out.npy.shards -q -o FOLDER/out.npy', [...model, ...parts]),
  written(
    'classifier',
    'c.safetensors',
    'train-classifier moons --items 200 --steps 6 --batch 32 -q -o FOLDER/c.safetensors',
    [],
  ),
  {
    name: 'folder of pictures',
    before: ['pictures FOLDER/pictures', `train FOLDER/pictures ${images} --steps 1 -o FOLDER/model`],
    line: `${mended} -o FOLDER/mended`,
    check: files(['mended/0.png', 'mended/4.png', 'mended/7.png'], `${mended} --force -o FOLDER/mended`),
  },
  written(
    'assimilate',
    'ensemble.nc',
    'assimilate FOLDER/model FOLDER/stations.csv --sigma 0.1 --length 20 -n 2 --steps 2 --iterations 1 -q -o FOLDER/ensemble.nc',
    [
      'stations FOLDER/stations.csv',
      `train ar1 --items 64 --batch 16 --widths 8 --depth 1 --threads 1 -q --steps 2 -o FOLDER/model`,
    ],
  ),
  written('predict', 'answers.csv', 'predict FOLDER/model FOLDER/rows.csv --draws 4 -q -o FOLDER/answers.csv', [
    'rows FOLDER/rows.csv',
    'train FOLDER/rows.csv --target y --steps 2 --batch 8 --widths 8 --depth 1 --predictor-widths 4 --threads 1 -q -o FOLDER/model',
  ]),
  written('eval', 'report.json', 'eval FOLDER/model -n 20 --steps 2 -q -o FOLDER/report.json', model),
]
