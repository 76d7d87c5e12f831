/* What goes into the sandbox and what comes out of it, as bytes. */
#include "base/mem.h"
#include "compile/sandbox.h"
#include <string.h>

void cmp_job_init(struct cmp_job *j)
{
	*j = (struct cmp_job){ 0 };
	buf_init(&j->stream, BUF_MAX_TEXT * 2);
}

void cmp_job_release(struct cmp_job *j)
{
	buf_release(&j->stream);
}

static void add_item(struct cmp_job *j, enum box_tag tag, const void *name, size_t n_name, const void *data, size_t n)
{
	struct box_item item = { .tag = (uint32_t)tag, .name_bytes = (uint32_t)n_name, .data_bytes = n };
	buf_add(&j->stream, &item, sizeof item);
	buf_add(&j->stream, name, n_name);
	buf_add(&j->stream, data, n);
}

void cmp_job_file(struct cmp_job *j, const char *name, const void *data, size_t n)
{
	add_item(j, BOX_FILE, name, strlen(name) + 1, data, n);
}

void cmp_job_step(struct cmp_job *j, const struct cmp_step_limits *l, const char *const *argv, int proof_fd)
{
	struct box_step s = { .cpu_ms = (uint32_t)(l->cpu_seconds * 1000), .wall_ms = (uint32_t)(l->wall_seconds * 1000),
		.address_bytes = l->memory_bytes, .file_bytes = l->file_bytes, .stack_bytes = l->stack_bytes,
		.output_bytes = l->output_bytes, .processes = (uint32_t)l->processes, .keep_going = l->keep_going, .proof_fd = proof_fd };
	struct buf args;
	buf_init(&args, BOX_NAME_MAX);
	for (; *argv; argv++)
		buf_add(&args, *argv, strlen(*argv) + 1);
	add_item(j, BOX_STEP, buf_text(&args), args.len, &s, sizeof s);
	buf_release(&args);
	j->n_steps++;
	j->keeps_going |= l->keep_going;
	j->wall_seconds += l->wall_seconds;
	j->output_bytes += l->output_bytes + 4096 + sizeof(struct box_frame) * (l->output_bytes / 64 + 1024);
}

void cmp_job_fetch(struct cmp_job *j, const char *name, size_t max)
{
	add_item(j, BOX_FETCH, name, strlen(name) + 1, "", 0);
	j->output_bytes += max + (max >> 8) + 4096;
}

void cmp_job_result_release(struct cmp_job_result *r)
{
	for (int i = 0; i < CMP_JOB_STEPS; i++) {
		buf_release(&r->step[i].out);
		buf_release(&r->step[i].err);
		buf_release(&r->step[i].proof);
	}
	buf_release(&r->file);
}

bool cmp_job_ok(const struct cmp_job *j, const struct cmp_job_result *r)
{
	if (r->n_ended != j->n_steps || r->n_ended == 0)
		return false;
	const struct box_ended *last = &r->step[r->n_ended - 1].ended;
	return last->how == BOX_EXITED && last->code == 0;
}

static void take_frame(struct cmp_frames *r, const struct box_frame *f, const char *data)
{
	struct cmp_job_result *out = r->out;
	if (f->kind == BOX_FRAME_FILE) {
		buf_add(&out->file, data, f->bytes);
		return;
	}
	if (f->step >= CMP_JOB_STEPS) {
		r->broken = true;
		return;
	}
	switch (f->kind) {
	case BOX_FRAME_OUT: buf_add(&out->step[f->step].out, data, f->bytes); break;
	case BOX_FRAME_ERR: buf_add(&out->step[f->step].err, data, f->bytes); break;
	case BOX_FRAME_PROOF: buf_add(&out->step[f->step].proof, data, f->bytes); break;
	case BOX_FRAME_ENDED:
		if (f->bytes == sizeof(struct box_ended) && (int)f->step == out->n_ended) {
			memcpy(&out->step[f->step].ended, data, sizeof(struct box_ended));
			out->n_ended++;
			break;
		} /* fallthrough */
	default: r->broken = true;
	}
}

void cmp_frames_take(struct cmp_frames *r, const char *data, size_t n)
{
	if (buf_add(&r->pending, data, n) != 0)
		r->broken = true;
	size_t at = 0;
	while (!r->broken && r->pending.len - at >= sizeof(struct box_frame)) {
		struct box_frame f;
		memcpy(&f, r->pending.data + at, sizeof f);
		if (r->pending.len - at - sizeof f < f.bytes)
			break;
		take_frame(r, &f, r->pending.data + at + sizeof f);
		at += sizeof f + f.bytes;
	}
	if (at > 0) {
		memmove(r->pending.data, r->pending.data + at, r->pending.len - at);
		r->pending.len -= at;
		r->pending.data[r->pending.len] = 0;
	}
}
