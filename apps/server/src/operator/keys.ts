/** `keys list`, `keys rotate` and `keys abandon`: the keys that access tokens are signed with (L03, F12). */
import type { KeyStage, RotationOutcome } from '@osa/core'
import { type CommandProblem, type OperatorCommand, onDatabase, type Report } from './command.ts'
import { table, timestamp } from './table.ts'

export const keysList: OperatorCommand = {
  name: 'keys list',
  summary: 'List the signing keys and what each is used for',
  positionals: '',
  options: {},
  example: 'osa-server keys list',
  prepare: () =>
    onDatabase(async (operator) => {
      const keys = await operator.listKeys()
      const rows = keys.map(({ kid, algorithm, stage, signsFrom, retiresAt }) => {
        return [kid, algorithm, stage, timestamp(signsFrom), retiresAt && timestamp(retiresAt)]
      })
      const text =
        keys.length === 0
          ? 'There are no keys yet. The node creates one when it starts.\n'
          : table(['KEY', 'ALGORITHM', 'STAGE', 'SIGNS FROM', 'RETIRES'], rows)
      return { text, documents: keys.map(keyDocument) }
    }),
}

export const keysRotate: OperatorCommand = {
  name: 'keys rotate',
  summary: 'Create a new signing key; it takes over in six minutes, without an outage',
  positionals: '',
  options: {
    now: { type: 'boolean', help: 'If a key leaked: sign with the new key now and refuse all others' },
  },
  example: 'osa-server keys rotate',
  prepare: ({ isSet }) =>
    onDatabase(async (operator) => reportRotation(await operator.rotateKeys({ atOnce: isSet('now') }))),
}

export const keysAbandon: OperatorCommand = {
  name: 'keys abandon',
  summary: 'Retire the keys that OSA_SECRET cannot decrypt, after the previous secret was leaked or lost',
  positionals: '',
  options: {},
  example: 'osa-server keys abandon',
  prepare: () =>
    onDatabase(async (operator) => {
      const abandoned = await operator.abandonKeys()
      const keys = abandoned.length === 1 ? '1 key was' : `${abandoned.length} keys were`
      const text =
        abandoned.length === 0
          ? 'OSA_SECRET decrypts every key in service; nothing was changed.\n'
          : `${keys} retired. The node creates a new one when it starts; terminals refresh by themselves.\n`
      return { text, documents: abandoned.map(keyDocument) }
    }),
}

function reportRotation(outcome: RotationOutcome): Report | CommandProblem {
  if ('rotated' in outcome) {
    const { rotated, othersRetireAt } = outcome
    const took =
      rotated.stage === 'signing'
        ? 'It signs now. Within half a minute, access tokens signed by other keys are refused; terminals refresh by themselves.'
        : `It is published now and signs from ${timestamp(rotated.signsFrom)}. The other keys retire at ${timestamp(othersRetireAt)}.`
    const document = { ...keyDocument(rotated), others_retire_at: othersRetireAt }
    return { text: `New key ${rotated.kid} (${rotated.algorithm}).\n${took}\n`, documents: [document] }
  }
  if (outcome.refused === 'staged') {
    return {
      problem: `A rotation is already under way: key ${outcome.waiting.kid} signs from ${timestamp(outcome.waiting.signsFrom)}.`,
      hint: 'Wait until then. If a key has leaked, run: osa-server keys rotate --now',
    }
  }
  return {
    problem: 'The keys in the database are encrypted with another OSA_SECRET, so the node could not use a new key.',
    hint: 'Run this command with the same settings as the node.',
  }
}

const keyDocument = ({ kid, algorithm, stage, createdAt, signsFrom, retiresAt }: KeyStage): object => ({
  kid,
  algorithm,
  stage,
  created_at: createdAt,
  signs_from: signsFrom,
  retires_at: retiresAt,
})
