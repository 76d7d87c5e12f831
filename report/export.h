/* report/export.h - layer 4. A run as files that other programs load in one line.
 *
 *   npz    numpy.load. Programs are laid end to end: program i has tokens[token_start[i]:token_start[i+1]] and rows
 *          row_start[i]:row_start[i+1] of experts and weights (row r belongs to the pass whose input was token r).
 *            tokens i32 [T], logprobs f32 [T], token_start i64 [P+1], experts u16 [R, layers, k], weights f16 [R, layers, k],
 *            row_start i64 [P+1], task i32 [P], group i32 [P] (within the task, by first appearance; -1 none),
 *            passed i32 [P] (1, 0, -1 not tested), prompt_tokens i32 [Q], prompt_start i64 [tasks+1],
 *            prompt_experts u16 [Q, layers, k], steps u16 [S, 1 + layers] (a row a step of the engine: its forks, then the distinct
 *            experts of each layer; S 0 where the run does not say); and meta.json: task ids, group ids, the run's options
 *   jsonl  a line a program: task_id, completion, program, verdict, group and what else is known; no routing
 *   csv    report's programs.csv */
#ifndef REPORT_EXPORT_H
#define REPORT_EXPORT_H

#include "report/figures.h"

/* The run must have been loaded with RUN_ROUTING | RUN_WEIGHTS | RUN_PROMPTS | RUN_STEPS for npz. */
int rep_export_npz(const struct run *run, const char *path) CHECK_RESULT;
int rep_export_jsonl(const struct run *run, const char *path) CHECK_RESULT;
int rep_export_csv(const struct rep_figures *f, const char *path) CHECK_RESULT;

#endif
