# coppice: `make` builds build/coppice, `make test` runs every test, `make san` the same under ASan and UBSan.
# `make layers headers` refuse what breaks the house rules. BUILD=dir builds elsewhere.

BUILD   ?= build
ifeq ($(origin CC),default)
CC      := gcc
endif
O       ?= -O2 -g
# V=1 shows the commands.
Q = $(if $(V),,@)
SAY = $(if $(V),@:,@echo)
.DEFAULT_GOAL := all
FOLDERS := base kernels compile align engine search report commands

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wwrite-strings \
        -Wundef -Wformat=2 -Wold-style-definition -Wno-missing-field-initializers -Wno-format-truncation
# The CUDA kernels are built in where there is an nvcc (and its host compiler); CUDA=0 leaves them out. Every kernel is compiled for
# sm_80, which later ones can run as well, and for sm_90a; CUDA_ARCH names others (a single one compiles in a third of the time).
NVCC   ?= nvcc
CUDA_ARCH ?= -gencode=arch=compute_80,code=[sm_80,compute_80] -gencode=arch=compute_90a,code=sm_90a
CUDA   ?= $(if $(SANFLAGS),0,$(if $(and $(shell command -v $(NVCC)),$(shell command -v g++)),1,0))
# NVCC_MORE: --compress-mode=size, say, for programs that are to be taken to another machine.
NVCCFLAGS := -std=c++17 -O3 --fmad=false $(NVCC_MORE) $(if $(LINEINFO),-lineinfo) -I. -Xcompiler -Wall,-Wextra,-Werror -Xptxas -v $(CUDA_ARCH)
PKGS   := libgit2 libpcre2-8 jansson libseccomp libutf8proc zlib
CFLAGS := -std=gnu17 -D_GNU_SOURCE $(O) $(WARN) -ffp-contract=off -fno-math-errno -pthread -I. -include base/banned.h $(SANFLAGS) \
          $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# A program names the libraries that it uses, and no others: benchmarks and tests run where libgit2 is not.
LDFLAGS := -pthread -Wl,--as-needed $(SANFLAGS)
LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm

# Kernel bodies that are compiled once per instruction set say so in their name; the table picks one at run time.
ISA_avx2   := -mavx2 -mfma -mf16c
ISA_avx512 := -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma -mf16c -mprefer-vector-width=512
ISA_FLAGS   = $(if $(findstring _avx512,$(1)),$(ISA_avx512),$(if $(findstring _avx2,$(1)),$(ISA_avx2)))
# Kernels may be contracted nowhere: a fused multiply-add is written as one. -O3 unrolls the loops over rows.
KERNEL_FLAGS = $(if $(SANFLAGS),,$(if $(filter kernels/%,$(1)),-O3))

SRC  = $(sort $(wildcard $(addsuffix /*.c,$(1))))
OBJ  = $(patsubst %.c,$(BUILD)/%.o,$(call SRC,$(1)))
CUDA_SRC := $(sort $(wildcard kernels/cuda*.cu))
CUDA_OBJ := $(if $(filter 1,$(CUDA)),$(patsubst %.cu,$(BUILD)/gpu/%.o,$(CUDA_SRC)))
# With GPU code nvcc links, since it knows where its runtime is.
LINK      = $(if $(CUDA_OBJ),$(NVCC) -cudart static -Xcompiler -pthread -Xlinker --as-needed,$(CC) $(LDFLAGS))
# Libraries, highest layer first, so that the linker finds what each needs in a later one.
LIB_base     := $(BUILD)/libbase.a
LIB_kernels  := $(BUILD)/libkernels.a $(LIB_base)
LIB_compile  := $(BUILD)/libcompile.a $(LIB_base)
LIB_align    := $(BUILD)/libalign.a $(LIB_base)
LIB_engine   := $(BUILD)/libengine.a $(LIB_kernels)
LIB_search   := $(BUILD)/libsearch.a $(BUILD)/libengine.a $(BUILD)/libkernels.a $(BUILD)/libcompile.a $(BUILD)/libalign.a $(LIB_base)
LIB_report   := $(BUILD)/libreport.a $(LIB_search)
LIB_commands := $(BUILD)/libcommands.a $(LIB_report)

TEST_SRC := $(sort $(wildcard $(foreach f,$(FOLDERS),tests/$(f)/test_*.c)))
TESTS    := $(patsubst %.c,$(BUILD)/%,$(TEST_SRC))
E2E      := $(sort $(wildcard tests/e2e/test_*.sh))
FUZZ     := $(sort $(wildcard tests/fuzz/fuzz_*.c))
REPLAYS  := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(FUZZ))
ALONE    := $(BUILD)/benchmarks/bench_alone
BENCHES  := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard benchmarks/bench_*.c)))

# The man pages, made from the same table as --help; a test holds them to it.
man: $(BUILD)/coppice
	mkdir -p docs/man
	$(BUILD)/coppice --man >docs/man/coppice.1
	for c in $$($(BUILD)/coppice --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do $(BUILD)/coppice --man $$c >docs/man/coppice-$$c.1; done

.PHONY: all gpu-here cuda shim shim-here shim-programs sanitized-shim gpu-programs gpu-check gpu-bench test test-programs unit e2e san san-programs man layers headers style bench benches clean install
.SECONDARY:
all: $(BUILD)/coppice $(BUILD)/coppice-box

# With GPU code or without: a program is linked again when that changes, too, as archives are made again by the list of their members.
$(BUILD)/gpu.members: FORCE | $(BUILD)/.dir
	@echo $(CUDA_OBJ) | cmp -s - $@ || echo $(CUDA_OBJ) >$@
$(BUILD)/coppice: $(BUILD)/commands/main.o $(CUDA_OBJ) $(LIB_commands) $(BUILD)/gpu.members
	$(SAY) '  link $@'
	$(Q)$(LINK) -o $@ $(filter-out %.members,$^) $(LIBS)
# The supervisor that runs inside the sandbox; static, so that it needs nothing from the sandbox's file system.
$(BUILD)/coppice-box: compile/box/box.c | $(BUILD)/.dir
	@mkdir -p $(@D)
	$(SAY) '  cc   $<'
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g $(WARN) -I. -include base/banned.h -static -o $@ $<

$(BUILD)/.dir:
	@mkdir -p $(BUILD) && touch $@
$(BUILD)/%.o: %.c | $(BUILD)/.dir
	@mkdir -p $(@D)
	$(SAY) '  cc   $<'
	$(Q)$(CC) $(CFLAGS) $(call KERNEL_FLAGS,$<) $(call ISA_FLAGS,$<) -MMD -MP -c -o $@ $<

# What ptxas says of every kernel is kept beside the object: `make cuda` reads it. Warp groups whose multiplications it could not leave
# asynchronous are an error: they would be slow, and nothing else would tell.
$(BUILD)/gpu/%.o: %.cu | $(BUILD)/.dir
	@mkdir -p $(@D)
	$(SAY) '  nvcc $<'
	$(Q)$(NVCC) $(NVCCFLAGS) -MMD -MP -MF $(@:.o=.d) -c -o $@ $< 2>$(@:.o=.ptxas) || { cat $(@:.o=.ptxas) >&2; rm -f $@; exit 1; }
	@if grep -iE 'warning|wgmma.* serialized|\(C75[0-9][0-9]\)' $(@:.o=.ptxas); then rm -f $@; exit 1; fi

# An archive is made again when a file joins or leaves its folder, too: the list of its members is a file that changes.
define archive
MEMBERS_$(1) := $(filter-out $(BUILD)/commands/main.o,$(call OBJ,$(1)))
$(BUILD)/lib$(1).members: FORCE | $(BUILD)/.dir
	@echo $$(MEMBERS_$(1)) | cmp -s - $$@ || echo $$(MEMBERS_$(1)) >$$@
$(BUILD)/lib$(1).a: $$(MEMBERS_$(1)) $(BUILD)/lib$(1).members
	@rm -f $$@
	@$(AR) rcs $$@ $$(MEMBERS_$(1))
endef
.PHONY: FORCE
FORCE:
$(foreach f,$(FOLDERS),$(eval $(call archive,$(f))))

define test_rule
$(BUILD)/tests/$(1)/test_%: $(BUILD)/tests/$(1)/test_%.o $(LIB_$(1))
	$(SAY) '  link $$@'
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) -lcmocka
endef
$(foreach f,$(FOLDERS),$(eval $(call test_rule,$(f))))
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(LIB_search)
	$(SAY) '  link $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/benchmarks/bench_%: $(BUILD)/benchmarks/bench_%.o $(CUDA_OBJ) $(LIB_commands) $(BUILD)/gpu.members
	$(SAY) '  link $@'
	$(Q)$(LINK) -o $@ $(filter-out %.members,$^) $(LIBS)

# The CUDA sources on the processor (tests/shim/README.md): tests/cuda/ are the tests of the backend "cuda", linked with them.
CXX_HERE   := $(shell command -v $(CXX))
CUDA_TESTS := $(patsubst %.c,%,$(sort $(wildcard tests/cuda/test_*.c)))
SHIM_TESTS := $(if $(CXX_HERE),$(BUILD)/tests/shim/test_shim $(addprefix $(BUILD)/,$(CUDA_TESTS)))
SHIM_ALL   := $(SHIM_TESTS) $(if $(CXX_HERE),$(BUILD)/coppice-shim)
SHIM_OBJ   := $(patsubst %.cu,$(BUILD)/shim/%.o,$(sort $(wildcard kernels/cuda*.cu))) \
              $(patsubst %,$(BUILD)/shim/tests/shim/%.o,executor device runtime)
# fmaf is one instruction where this machine has it, and the same bits where it is a call.
SHIM_FMA   := $(if $(shell grep -m1 -ow fma /proc/cpuinfo 2>/dev/null),-mfma)
SHIM_FLAGS := -std=gnu++17 $(O) -fno-exceptions -fno-rtti -ffp-contract=off -fno-math-errno -Wall -Wextra -Werror -Wno-unknown-pragmas -Wno-psabi \
              -pthread -Itests/shim/include -I. $(SHIM_FMA) $(SANFLAGS) -MMD -MP
$(BUILD)/shim/%.o: %.cu | $(BUILD)/.dir
	@mkdir -p $(@D)
	$(SAY) '  c++  $<'
	$(Q)$(CXX) -x c++ $(SHIM_FLAGS) -c -o $@ $<
$(BUILD)/shim/%.o: %.cc | $(BUILD)/.dir
	@mkdir -p $(@D)
	$(SAY) '  c++  $<'
	$(Q)$(CXX) $(SHIM_FLAGS) -c -o $@ $<
$(BUILD)/tests/cuda/%: $(BUILD)/tests/cuda/%.o $(SHIM_OBJ) $(LIB_engine)
	$(SAY) '  link $@'
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
# It switches stacks, and most of the time goes by in it: fast, and only told that the rest is sanitized.
$(BUILD)/shim/tests/shim/executor.o: SHIM_FLAGS += -O3 -fno-tree-loop-distribute-patterns $(if $(SANFLAGS),-fno-sanitize=all -DSHIM_SANITIZED)
$(BUILD)/tests/shim/test_shim: $(BUILD)/shim/tests/shim/test_shim.o $(SHIM_OBJ) $(LIB_kernels)
	@mkdir -p $(@D)
	$(SAY) '  link $@'
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
# The whole program, its cuda backend on the shim: what tests/e2e/test_cuda.sh runs.
$(BUILD)/coppice-shim: $(BUILD)/commands/main.o $(SHIM_OBJ) $(LIB_commands)
	$(SAY) '  link $@'
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS)
shim-here: $(SHIM_ALL)
	$(if $(CXX_HERE),BUILD=$(BUILD) tests/run.sh $(SHIM_TESTS) tests/e2e/test_cuda.sh,@echo "no $(CXX): the CUDA kernels are not tested here")
shim:
	+$(SAN_ENV) $(SANITIZED) shim-here

shim-programs: $(SHIM_ALL)
sanitized-shim:
	+$(SANITIZED) shim-programs

# The same tests on a GPU. Their operands are plain memory: there all of it is pinned, stacks too (tests/cuda/on_gpu.cu).
GPU_TESTS := $(if $(CUDA_OBJ),$(addprefix $(BUILD)/gpu/,$(CUDA_TESTS)))
PINNED    := arena_alloc arena_strndup arena_release mem_large mem_large_free posix_memalign free kern_open main
$(BUILD)/gpu/tests/cuda/%: $(BUILD)/tests/cuda/%.o $(BUILD)/gpu/tests/cuda/on_gpu.o $(CUDA_OBJ) $(LIB_engine)
	@mkdir -p $(@D)
	$(SAY) '  link $@'
	$(Q)$(LINK) $(addprefix -Xlinker --wrap=,$(PINNED)) -o $@ $^ $(LIBS) -lcmocka
gpu-programs: all benches $(GPU_TESTS)
# Needs a GPU: every kernel against ref, tiny models of each family, determinism, compute-sanitizer, and the figures.
gpu-here:
	@nvidia-smi -L >/dev/null 2>&1 || { echo 'there is no NVIDIA GPU here (nvidia-smi finds none)' >&2; exit 3; }
gpu-check: gpu-here gpu-programs
	BUILD=$(BUILD) tests/cuda/gpu_check.sh
gpu-bench: gpu-here gpu-programs
	BUILD=$(BUILD) benchmarks/gpu_bench.sh

# Runs every test program, goes on after a failure, and ends with `N passed, N failed, N skipped`. The CUDA sources run under the
# sanitizers at once, and not a second time in `make san`.
SHIM_RUN := $(if $(SANFLAGS),,$(patsubst $(BUILD)/%,$(BUILD)-san/%,$(SHIM_TESTS)))
test: all $(ALONE) $(filter %/coppice-shim,$(SHIM_ALL)) $(TESTS) $(REPLAYS) $(if $(SHIM_RUN),sanitized-shim) layers headers
	$(if $(CXX_HERE),,@echo "no $(CXX): the CUDA kernels are not tested here")
	BUILD=$(BUILD) tests/run.sh $(TESTS) $(SHIM_RUN) $(REPLAYS) $(E2E)
test-programs: all $(ALONE) $(if $(SANFLAGS),$(SHIM_ALL),$(filter %/coppice-shim,$(SHIM_ALL))) $(TESTS) $(REPLAYS)
unit: all $(TESTS) $(REPLAYS)
	BUILD=$(BUILD) tests/run.sh $(TESTS) $(REPLAYS)
e2e: all $(ALONE)
	BUILD=$(BUILD) tests/run.sh $(E2E)
SANITIZED = $(MAKE) BUILD=$(BUILD)-san O="-O1 -g1 -fno-omit-frame-pointer" SANFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all"
SAN_ENV = ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 COPPICE_SAN=1
san:
	+$(SAN_ENV) $(SANITIZED) test
san-programs:
	+$(SANITIZED) test-programs

# Compiles every kernel for both architectures, shows its registers, spills, threads and shared memory, and fails above kernels/cuda.bounds
# or where the compiler gave registers away that a matrix instruction still uses.
$(BUILD)/cuda.launches: $(if $(CXX_HERE),$(BUILD)/coppice-shim)
	$(SAY) '  launches of the headline model (up to a minute)'
	@$(if $(CXX_HERE),tools/cuda_launches.sh $< >$@,: >$@)
# What gpu-check runs is compiled with them: nothing else compiles it where there is no GPU.
cuda: $(CUDA_OBJ) $(if $(GPU_TESTS),$(BUILD)/gpu/tests/cuda/on_gpu.o) $(if $(CUDA_OBJ),$(BUILD)/cuda.launches)
	@$(if $(CUDA_OBJ),tools/cuda_report.sh kernels/cuda.bounds $(BUILD)/cuda.launches $(CUDA_OBJ:.o=.ptxas),echo 'make cuda: there is no nvcc here: no kernel was compiled')
	@$(if $(CUDA_OBJ),tools/cuda_wgmma.py $(CUDA_OBJ))

layers:
	@tools/layers.sh $(FOLDERS)
headers:
	@tools/headers.sh $(CC) $(FOLDERS)

benches: $(BENCHES)
bench: all benches
	for b in engine fork kernels; do $(BUILD)/coppice bench $$b || exit 1; done
	for b in judge store tokenizer; do $(BUILD)/benchmarks/bench_$$b || exit 1; done

PREFIX ?= /usr/local
install: all
	install -D -m 755 $(BUILD)/coppice $(DESTDIR)$(PREFIX)/bin/coppice
	install -D -m 755 $(BUILD)/coppice-box $(DESTDIR)$(PREFIX)/libexec/coppice/coppice-box
	mkdir -p $(DESTDIR)$(PREFIX)/share/coppice/models $(DESTDIR)$(PREFIX)/share/coppice/benchmarks $(DESTDIR)$(PREFIX)/share/man/man1
	cp -r models/sapling $(DESTDIR)$(PREFIX)/share/coppice/models/
	cp -r benchmarks/tasks $(DESTDIR)$(PREFIX)/share/coppice/benchmarks/
	cp docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/

clean:
	rm -rf $(BUILD) $(BUILD)-san

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
