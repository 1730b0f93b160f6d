# Everything a user or CI does, by name. GNB_CACHE moves the cache of models and data.
SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
GNB := .build/release/gnb

.PHONY: build test check record neon ptx check-ptx bench fuzz sanitize format lint demo packages dist dist-aarch64 kit clean-root clean-root-aarch64

# $(call install,PACKAGES): those of Debian's packages that are missing.
install = for package in $(1); do \
	    dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; \
	  done; \
	  if [ -n "$$missing" ]; then $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $$missing; fi

packages:
	@$(call install,libcmark-gfm-dev libcmark-gfm-extensions-dev libedit-dev zlib1g-dev curl)

# The tour's table first: it has what is in notebooks/lessons.
build: packages
	Sources/CNotebooks/generate
	$(SWIFT) build -c release

# For other computers, into .build/dist/packages: one file that needs only glibc, as an archive, a Debian package and a wheel.
dist: packages
	@$(call install,xz-utils dpkg-dev python3 libncurses-dev libbsd-dev libmd-dev)
	Sources/CNotebooks/generate
	Packaging/dist

# The same for AArch64, beside them: compiled by Debian 13's Swift in a root of its own. Under qemu the program then has to give the bytes of
# every machine. Needs root and a mirror.
dist-aarch64: packages
	@$(call install,xz-utils dpkg-dev python3 debootstrap binutils-aarch64-linux-gnu qemu-user-static)
	Sources/CNotebooks/generate
	Packaging/dist aarch64

# A folder for a USB stick, .build/dist/kit, with the model of the cache.
kit: dist
	Packaging/kit

# The packages in clean roots of Debian 12 and 13, without a toolchain. Needs root and a mirror.
clean-root:
	@$(call install,debootstrap)
	Packaging/try-in-clean-root bookworm x86_64 whole
	Packaging/try-in-clean-root trixie

# The packages for AArch64 in a clean root of Debian 12 for AArch64, under qemu.
clean-root-aarch64:
	@$(call install,debootstrap qemu-user-static)
	Packaging/try-in-clean-root bookworm aarch64

# The demo: fetch the model once, then replay the quickstart notebook.
demo: build
	$(GNB) pull gemma-3-270m
	$(GNB) run notebooks/quickstart.gnb

# Release, because the tests run a real model; nothing in the tests asserts a time.
test: packages lint
	$(SWIFT) build -c release
	$(SWIFT) test -c release

# Broken files for every parser, FUZZ_COUNT of each format. What fails is in .build/fuzz, made small. A short run is part of the tests.
FUZZ_COUNT ?= 100000
FUZZ_SEED ?= 1
fuzz: packages
	$(SWIFT) build -c release --product Fuzz
	.build/release/Fuzz --count $(FUZZ_COUNT) --seed $(FUZZ_SEED)

# Every recorded notebook and lesson, byte for byte: those that have an output. Of lessons/ja a test says that its outputs are the same. livedoor-270m needs the corpus: gnb pull livedoor.
NOTEBOOKS ?= $(shell grep -l '^```out' notebooks/*.gnb notebooks/lessons/*.gnb)
check: build
	$(GNB) check $(NOTEBOOKS)

# After a change of what a command tells: the outputs anew. The diff is the review.
record: build
	$(GNB) record $(NOTEBOOKS)
	notebooks/lessons/share-outputs

# The kernels as an AArch64 program under qemu: the same digests as every x86 set has.
NEON := .build/neon
KERNELS := $(wildcard Sources/CKernels/*.c) Tests/Fixtures/kernels/main.c
neon:
	@$(call install,gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static)
	mkdir -p $(NEON)
	for file in $(KERNELS); do \
	  clang --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include -O3 -ffp-contract=off -fno-math-errno -std=gnu2x \
	    -Wall -Wextra -Werror -ISources/CKernels/include -ISources/CKernels -c $$file -o $(NEON)/$$(basename $$file).o || exit 1; \
	done
	aarch64-linux-gnu-gcc -static $(NEON)/*.o -lm -o $(NEON)/digest
	qemu-aarch64-static $(NEON)/digest | tee $(NEON)/digests
	@grep -q "^neon " $(NEON)/digests && ! grep -v " $$(cat Tests/Fixtures/kernels/digest.txt) $$(cat Tests/Fixtures/kernels/own_bits.txt)$$" $(NEON)/digests

# The kernels of the GPU as PTX. The result is committed, so that building gnb needs no CUDA and no clang-19.
ptx:
	@$(call install,clang-19)
	Sources/CCUDA/make-ptx

# Whether the committed PTX is that of the kernels, and whether NVIDIA's assembler, from pip, takes it for three generations of GPUs.
PTX := .build/ptx
check-ptx:
	@$(call install,clang-19 unzip python3-pip)
	rm -rf $(PTX) && mkdir -p $(PTX)
	Sources/CCUDA/make-ptx $(abspath $(PTX))
	cmp $(PTX)/kernels.ptx Sources/CCUDA/kernels.ptx
	cmp $(PTX)/kernel_names.h Sources/CCUDA/kernel_names.h
	python3 -m pip download --quiet --no-deps --only-binary=:all: -d $(PTX) nvidia-cuda-nvcc-cu12==12.9.86
	cd $(PTX) && unzip -qo *.whl
	for arch in 75 80 90; do \
	  $(PTX)/nvidia/cuda_nvcc/bin/ptxas -arch=sm_$$arch -v Sources/CCUDA/kernels.ptx -o $(PTX)/kernels.cubin > $(PTX)/sm_$$arch 2>&1 \
	    || { cat $(PTX)/sm_$$arch; exit 1; }; \
	  echo "sm_$$arch: largest spill:" $$(grep -o '[0-9]* bytes spill stores' $(PTX)/sm_$$arch | sort -n | tail -1); \
	  ! grep -E '[0-9]{3,} bytes spill' $(PTX)/sm_$$arch || exit 1; \
	  ! grep -A2 "entry function 'product_" $(PTX)/sm_$$arch | grep -E '[1-9][0-9]* bytes spill' || exit 1; \
	done

# The kernels' digests under the address and the undefined-behaviour sanitizer, then the parsers under the first: Swift has the second
# for C alone. Swift's own checks are on in both.
SANITIZE := .build/sanitize
SANITIZE_COUNT ?= 300
sanitize: packages
	mkdir -p $(SANITIZE)
	clang -fuse-ld=lld -fsanitize=address,undefined -fno-sanitize-recover=all -g -O1 -ffp-contract=off -fno-math-errno -std=gnu2x -Wall -Wextra \
	  -Werror -ISources/CKernels/include -ISources/CKernels $(KERNELS) -lm -o $(SANITIZE)/digest
	$(SANITIZE)/digest | tee $(SANITIZE)/digests
	@! grep -v " $$(cat Tests/Fixtures/kernels/digest.txt) $$(cat Tests/Fixtures/kernels/own_bits.txt)$$" $(SANITIZE)/digests
	$(SWIFT) build --sanitize=address -Xlinker -fuse-ld=lld --scratch-path $(SANITIZE)/swift --product Fuzz
	# Foundation's Process leaks a few bytes in the driver.
	GNB_SANITIZED=1 ASAN_OPTIONS=detect_leaks=0 $(SANITIZE)/swift/debug/Fuzz --count $(SANITIZE_COUNT)

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

bench: build
	Benchmarks/run
