/** The Lab within the site: built below `lab/`, with the names of its chapters for the pages of the theory. */
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { chapters } from '../../src/lab/learn/chapters/list.ts'
import { root, stage, stagePublic } from '../paths.ts'

/** Where the names of the chapters lie between the steps of the build. */
export const chaptersFile = `${stage}chapters.json`

/** Builds the Lab; resolves to how many chapters have a page of the theory. */
export function buildLab(): number {
  execFileSync('npx', ['vite', 'build', '--config', 'vite.lab.config.ts', '--outDir', `${stagePublic}lab`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const names = chapters.map(({ name }) => name).filter((name) => existsSync(`${stage}docs/theory/${name}.md`))
  writeFileSync(chaptersFile, JSON.stringify(names))
  return names.length
}
