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
          ? 'There are no keys yet. The node makes one with the first sign-in.\n'
          : table(['KEY', 'ALGORITHM', 'STAGE', 'SIGNS FROM', 'RETIRES'], rows)
      return { text, documents: keys.map(keyDocument) }
    }),
}

export const keysRotate: OperatorCommand = {
  name: 'keys rotate',
  summary: 'Make a new signing key; it takes over in six minutes, without an outage',
  positionals: '',
  options: {
    now: { type: 'boolean', help: 'For a key that leaked: sign with the new one now, refuse all others' },
  },
  example: 'osa-server keys rotate',
  prepare: ({ isSet }) =>
    onDatabase(async (operator) => reportRotation(await operator.rotateKeys({ atOnce: isSet('now') }))),
}

export const keysAbandon: OperatorCommand = {
  name: 'keys abandon',
  summary: 'Retire the keys that this OSA_SECRET does not open, after it leaked or was lost',
  positionals: '',
  options: {},
  example: 'osa-server keys abandon',
  prepare: () =>
    onDatabase(async (operator) => {
      const abandoned = await operator.abandonKeys()
      const keys = abandoned.length === 1 ? '1 key is' : `${abandoned.length} keys are`
      const text =
        abandoned.length === 0
          ? 'This secret opens every key in service; nothing has changed.\n'
          : `${keys} retired. The node makes a new one when it starts; terminals refresh by themselves.\n`
      return { text, documents: abandoned.map(keyDocument) }
    }),
}

function reportRotation(outcome: RotationOutcome): Report | CommandProblem {
  if ('rotated' in outcome) {
    const { rotated, othersRetireAt } = outcome
    const took =
      rotated.stage === 'signing'
        ? 'It signs now. Access tokens signed by other keys are refused within half a minute; terminals refresh by themselves.'
        : `It is published now and signs from ${timestamp(rotated.signsFrom)}. The other keys retire at ${timestamp(othersRetireAt)}.`
    const document = { ...keyDocument(rotated), others_retire_at: othersRetireAt }
    return { text: `New key ${rotated.kid} (${rotated.algorithm}).\n${took}\n`, documents: [document] }
  }
  if (outcome.refused === 'staged') {
    return {
      problem: `A rotation is under way: key ${outcome.waiting.kid} signs from ${timestamp(outcome.waiting.signsFrom)}.`,
      hint: 'Wait until then. If a key has leaked: osa-server keys rotate --now',
    }
  }
  return {
    problem: 'The keys in the database were sealed under another OSA_SECRET; the node could not use a new one.',
    hint: 'Run this with the settings the node runs with.',
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
